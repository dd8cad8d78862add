/**
 * Step of `npm run build`, the last: leaves out of the package what no entry reaches.
 *
 * Most of `dist/` is not for users: tests, examples, benchmarks, and modules that are bundled into others. What the
 * entries of package.json reach, by code or by types, is published, with its source maps; `dist/.npmignore`, which
 * `npm pack` obeys, leaves out all else.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ROOT } from './setup.mjs';

const DIST = join(ROOT, 'dist');
/** What is read from disk at run time. */
const READ = /^console\/page\/assets\//;
/** A module of ours that a compiled file, or its types, names. */
const NAMED = /(?:\bfrom |\bimport |\b(?:require|import|require\.resolve)\()["'](\.[^"']+)["']/g;

/** The files that the entries reach, relative to `dist/`. */
function reachable({ exports, bin }) {
  const named = [...Object.values(exports), bin].flatMap((entry) => Object.values(entry));
  const entries = named
    .filter((path) => path.startsWith('./dist/'))
    .map((path) => path.slice('./dist/'.length));
  const reached = new Set(entries);
  for (const file of reached) {
    const isTypes = file.endsWith('.d.ts');
    for (const [, name] of readFileSync(join(DIST, file), 'utf8').matchAll(NAMED))
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
  const isPublished = (file) => reached.has(file.replace(/\.map$/, '')) || READ.test(file);
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(DIST.length + 1));
  // Nothing at first, so that what tests put here later is left out, too; then folders with something to publish, but for
  // their other files.
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
