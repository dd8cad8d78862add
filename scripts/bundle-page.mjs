/**
 * Step of `npm run build`: bundles the console's pages into one script and one style sheet, beside their document, in
 * dist/console/page/assets. The script contains Preact, so that users need not install it; its licence is beside it.
 */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fail, ROOT } from './setup.mjs';

const SOURCES = join(ROOT, 'console', 'page');
const ASSETS = join(ROOT, 'dist', 'console', 'page', 'assets');

try {
  mkdirSync(ASSETS, { recursive: true });
  const { metafile } = await build({
    entryPoints: { page: join(SOURCES, 'main.tsx') },
    outdir: ASSETS,
    tsconfig: join(SOURCES, 'tsconfig.json'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(join(ASSETS, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(SOURCES, name), join(ASSETS, name));
} catch (error) {
  fail(error);
}

/** Returns the licences of the packages that these files belong to, each with the package's name. */
function licencesOf(files) {
  const packages = files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)).filter(Boolean);
  const folders = new Map(packages.map(([folder, name]) => [name, folder]));
  const texts = [...folders].map(
    ([name, folder]) => `${name}\n\n${readFileSync(join(ROOT, folder, 'LICENSE'), 'utf8').trim()}\n`,
  );
  return texts.sort().join('\n\n');
}
