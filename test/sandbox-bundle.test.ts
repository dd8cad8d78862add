/** What the plugin adds to a workflow bundle: one small module, whose sources do not come with it. */
import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
}

const ROOT = `${__dirname}/../..`;

describe('the sandbox part', () => {
  const code = readFileSync(require.resolve('temporal-job-tracing/workflow-interceptors'), 'utf8');

  it('is one module, which needs nothing but the SDK', () => {
    const needed = Array.from(code.matchAll(/\brequire\("([^"]*)"\)/g), ([, name]) => name);
    deepEqual(needed.sort(), ['@temporalio/common', '@temporalio/workflow']);
  });

  it('is strict code, in two lines: the code and its source map', () => {
    equal(code.startsWith('"use strict";'), true);
    equal(code.trimEnd().split('\n').length, 2);
  });

  it('brings no sources into the bundle, but a name for stack traces', async () => {
    const { code: bundle } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../bench/workflows/jobs'),
      logger: new DefaultLogger('WARN'),
      plugins: [new JobTracingPlugin()],
    });
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
});
