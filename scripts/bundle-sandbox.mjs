/**
 * Step of `npm run build`, after tsc: bundles the code for users' workflow bundles into one module for each entry.
 *
 * - dist/sandbox.js, which is in every bundle, is also minified, and imports only @temporalio/workflow and common.
 * - dist/workflow.js and dist/workflows/index.js keep their source maps. The SDK evaluates them for every workflow,
 *   and evaluates one module faster than thirty.
 *
 * Reads the sources instead of tsc's output, which tsc does not write again if nothing has changed.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { minify } from 'terser';
import { fail, ROOT } from './setup.mjs';

const require = createRequire(import.meta.url);

const INTERCEPTORS = join(ROOT, 'dist', 'sandbox.js');
/** Plain assignment: esbuild's own exports add 500 characters of helpers. */
const INTERCEPTORS_ENTRY = `import { interceptors } from './sandbox'; exports.interceptors = interceptors;`;
/**
 * A source map that contains only the name of the source, for stack traces of workflows. Without one, the SDK's bundler
 * would add the code to the user's bundle a second time, as a source.
 */
const SOURCE_MAP = {
  version: 3,
  sources: ['../sandbox.ts'],
  sourcesContent: [''],
  names: [],
  // The first line, from its first column on, is the first line of the first source.
  mappings: 'AAAA',
};

/**
 * One `require` for each of the SDK's modules, however many files import it, and plain names for its exports; terser
 * removes the unused ones.
 */
const sdkOnce = {
  name: 'sdk-once',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@temporalio\/(workflow|common)(\/|$)/ }, ({ path, namespace }) =>
      namespace === 'sdk' ? { path, external: true } : { path, namespace: 'sdk', sideEffects: false },
    );
    onLoad({ filter: /./, namespace: 'sdk' }, ({ path }) => ({
      contents: `export const { ${Object.keys(require(path))} } = require('${path}');`,
    }));
  },
};

/** The official plugin's span names as constants, so that the objects with all of them are left out. */
const officialNames = {
  name: 'official-names',
  setup({ onResolve, onLoad }) {
    const filter = /^@temporalio\/interceptors-opentelemetry\/lib\/workflow\/definitions$/;
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'names', sideEffects: false }));
    onLoad({ filter, namespace: 'names' }, ({ path }) => {
      const { SpanName, SPAN_DELIMITER } = require(path);
      const members = Object.entries(SpanName).map(([key, name]) => `${key} = ${JSON.stringify(name)}`);
      const delimiter = `export const SPAN_DELIMITER = ${JSON.stringify(SPAN_DELIMITER)};`;
      return { loader: 'ts', contents: `export enum SpanName { ${members} }\n${delimiter}` };
    });
  },
};

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'cjs',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
};

async function bundleInterceptors() {
  const { outputFiles } = await build({
    ...COMMON,
    stdin: { contents: INTERCEPTORS_ENTRY, resolveDir: ROOT },
    write: false,
    minify: true,
    plugins: [sdkOnce, officialNames],
    // Lets esbuild remove tables that only the host reads.
    pure: ['Object.freeze'],
    legalComments: 'none',
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  });
  // Minified again with inlined functions, which makes it 4 % smaller.
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2022,
    module: true,
    // No code here reads a property for its side effect.
    compress: { passes: 4, hoist_funs: true, unsafe_arrows: true, pure_getters: true },
  });
  const sourceMap = Buffer.from(JSON.stringify(SOURCE_MAP)).toString('base64');
  writeFileSync(
    INTERCEPTORS,
    `"use strict";${code}\n//# sourceMappingURL=data:application/json;base64,${sourceMap}\n`,
  );
  rmSync(`${INTERCEPTORS}.map`, { force: true });
}

function bundleLibrary() {
  return build({
    ...COMMON,
    entryPoints: ['workflow.ts', 'workflows/index.ts'],
    outdir: 'dist',
    outbase: '.',
    sourcemap: true,
    // Makes esbuild list the exports in a form that Node.js reads without running the module, so that ES modules can
    // import them by name.
    platform: 'node',
    external: ['@temporalio/*'],
  });
}

try {
  await Promise.all([bundleInterceptors(), bundleLibrary()]);
} catch (error) {
  fail(error);
}
