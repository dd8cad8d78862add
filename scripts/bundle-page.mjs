/**
 * Step of `npm run build`: the console's pages become one script and one style sheet, beside their document, in
 * dist/console/page/assets. Preact is in the script, so users install none of it.
 */

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fail, ROOT } from './setup.mjs';

const SOURCES = join(ROOT, 'console', 'page');
const ASSETS = join(ROOT, 'dist', 'console', 'page', 'assets');

try {
  mkdirSync(ASSETS, { recursive: true });
  await build({
    entryPoints: { page: join(SOURCES, 'main.tsx') },
    outdir: ASSETS,
    tsconfig: join(SOURCES, 'tsconfig.json'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(SOURCES, name), join(ASSETS, name));
} catch (error) {
  fail(error);
}
