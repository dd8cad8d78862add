/** The plugin's part of a workflow bundle: one small module without its sources, which contains the options once. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
}

const ROOT = `${__dirname}/../..`;
/** Maximum bytes of the module: a bundle may grow by 40 KB, of which webpack adds 1 KB around the module. */
const BUDGET_BYTES = 39 * 1_024;

async function bundleWith(options: JobTracingOptions): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../bench/workflows/jobs'),
    logger: new DefaultLogger('WARN'),
    plugins: [new JobTracingPlugin(options)],
  });
  return code;
}

describe('the sandbox part', () => {
  const code = readFileSync(require.resolve('temporal-job-tracing/workflow-interceptors'), 'utf8');

  it('is one module that imports only the SDK', () => {
    const needed = Array.from(code.matchAll(/\brequire\("([^"]*)"\)/g), ([, name]) => name);
    deepEqual(needed.sort(), ['@temporalio/common', '@temporalio/workflow']);
  });

  it('is strict code, in two lines: the code and its source map', () => {
    equal(code.startsWith('"use strict";'), true);
    equal(code.trimEnd().split('\n').length, 2);
  });

  it(`has at most ${BUDGET_BYTES} bytes`, () => {
    ok(Buffer.byteLength(code) <= BUDGET_BYTES, `${Buffer.byteLength(code)} bytes`);
  });

  it('adds no sources to the bundle, only a name for stack traces', async () => {
    const bundle = await bundleWith({});
    const map = Buffer.from(bundle.slice(bundle.lastIndexOf('base64,') + 'base64,'.length), 'base64');
    const { sources, sourcesContent }: SourceMap = JSON.parse(map.toString());
    const ours = sources.map(
      (source, index) => [relative(ROOT, source), sourcesContent[index] ?? ''] as const,
    );
    deepEqual(
      ours.filter(([source]) => /interceptors|sandbox/.test(source) && !source.includes('node_modules')),
      [['sandbox.ts', '']],
    );
  });

  it('has the options once: a long traceUrl adds its own length to the bundle', async () => {
    const short = 'https://traces.test/{traceId}';
    const path = 'a-long-path.'.repeat(100);
    const [before, after] = await Promise.all(
      [short, short + path].map((traceUrl) => bundleWith({ traceUrl })),
    );
    equal(after?.split(path).length, 2);
    equal((after?.length ?? 0) - (before?.length ?? 0), path.length);
  });
});
