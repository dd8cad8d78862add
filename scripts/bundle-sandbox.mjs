/**
 * Step of `npm run build`, after tsc: dist/interceptors/workflow.js, which every user's workflow bundle contains,
 * becomes one minified module that imports nothing but @temporalio packages.
 *
 * Reads the sources, not what tsc made of them: tsc leaves the file alone when nothing has changed.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fail, ROOT } from './setup.mjs';

const OUTPUT = join(ROOT, 'dist', 'interceptors', 'workflow.js');
/** A source map of nothing: without one, the maker of the user's bundle adds our code to it a second time. */
const SOURCE_MAP = Buffer.from('{"version":3,"sources":[],"names":[],"mappings":""}').toString('base64');

try {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['interceptors/workflow.ts'],
    outfile: OUTPUT,
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2022',
    external: ['@temporalio/common', '@temporalio/workflow'],
    legalComments: 'none',
    logLevel: 'warning',
    footer: { js: `//# sourceMappingURL=data:application/json;base64,${SOURCE_MAP}` },
  });
  rmSync(`${OUTPUT}.map`, { force: true });
} catch (error) {
  fail(error);
}
