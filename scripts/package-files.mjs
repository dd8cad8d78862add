/**
 * Last step of `npm run build`: excludes files that no entry reaches from the package.
 *
 * Most of `dist/` is not for users: tests, examples, benchmarks, and modules that are bundled into others. Files that
 * the entries of package.json reach, by code or by types, are published with their source maps; `dist/.npmignore`
 * excludes all others.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ROOT } from './setup.mjs';

const DIST = join(ROOT, 'dist');
/** Matches files that are read from disk at run time. */
const READ_AT_RUN_TIME = /^console\/page\/assets\//;
/** Matches relative imports in a compiled file or its types. */
const IMPORTED = /(?:\bfrom |\bimport |\b(?:require|import|require\.resolve)\()["'](\.[^"']+)["']/g;

/** Returns the files that the entries reach, relative to `dist/`. */
function reachable({ exports, bin }) {
  const named = [...Object.values(exports), bin].flatMap((entry) => Object.values(entry));
  const entries = named
    .filter((path) => path.startsWith('./dist/'))
    .map((path) => path.slice('./dist/'.length));
  const reached = new Set(entries);
  for (const file of reached) {
    const isTypes = file.endsWith('.d.ts');
    for (const [, name] of readFileSync(join(DIST, file), 'utf8').matchAll(IMPORTED))
      reached.add(resolved(join(dirname(file), name).replace(/\.js$/, ''), isTypes ? '.d.ts' : '.js'));
  }
  return reached;
}

function resolved(path, extension) {
  const candidates = [`${path}${extension}`, join(path, `index${extension}`)];
  const found = candidates.find((candidate) => existsSync(join(DIST, candidate)));
  if (found === undefined) throw new Error(`An entry of the package reaches ${path}, which is not in dist/.`);
  return found;
}

try {
  const reached = reachable(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const isPublished = (file) => reached.has(file.replace(/\.map$/, '')) || READ_AT_RUN_TIME.test(file);
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(DIST.length + 1));
  // Excludes everything, including files that tests create later; then includes the folders with published files, and
  // excludes their other files.
  const top = new Set(files.filter(isPublished).map((file) => file.split('/')[0]));
  const others = files.filter((file) => top.has(file.split('/')[0]) && !isPublished(file));
  const lines = [
    '/*',
    ...[...top].sort().map((name) => `!/${name}`),
    ...others.sort().map((file) => `/${file}`),
  ];
  writeFileSync(join(DIST, '.npmignore'), `${lines.join('\n')}\n`);
} catch (error) {
  fail(error);
}
