/**
 * Metrics of runs and decisions: every run is counted, sampled or not, and the number of job names is bounded.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metrics as api } from '@opentelemetry/api';
import { metrics } from '@opentelemetry/sdk-node';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { createOnceLog } from '../core/util/once-log';
import { createJobMetrics } from '../worker/metrics';
import { createRunDecisions } from '../worker/run-decisions';
import { createSink } from '../worker/sink';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';

const SILENT = { info() {}, warn() {} } as never;
/** Run ids that a ratio of 0.5 does not sample, and that it samples. */
const LEFT_OUT = '11111111-1111-4111-8111-711111111111';
const NOT_LEFT_OUT = '11111111-1111-4111-8191-711111111111';

describe('metrics', () => {
  const namespace = { 'temporal.namespace': 'default' };
  const exporter = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
  const reader = new metrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });

  before(() => {
    ok(api.setGlobalMeterProvider(new metrics.MeterProvider({ readers: [reader] })));
  });
  after(() => reader.shutdown());

  /** Returns the newest points of a metric: attributes and value. */
  async function points(name: string): Promise<[Record<string, unknown>, unknown][]> {
    await reader.forceFlush();
    const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    const found = scopes.flatMap((scope) => scope.metrics).find(({ descriptor }) => descriptor.name === name);
    return (found?.dataPoints ?? []).map(({ attributes, value }) => [{ ...attributes }, value]);
  }

  it('count runs that were not sampled, with trigger and result, and each decision once', async () => {
    const harness = await Harness.start();
    await harness.whileWorking({ plugin: { sampling: { default: 0 } } }, async (taskQueue) => {
      const start = (type: string, workflowId: string) =>
        harness.client.workflow.start(type, {
          taskQueue,
          workflowId: `metrics-${process.pid}-${workflowId}`,
        });
      await (await start('oneActivity', 'ok')).result();
      await (await start('failsOnce', 'failed')).result().catch(() => {});
    });
    await harness.stop();
    const run = { ...namespace, 'job.trigger': 'api' };
    deepEqual(await points('job.runs'), [
      [{ ...run, 'job.name': 'oneActivity', 'job.result': 'success' }, 1],
      [{ ...run, 'job.name': 'failsOnce', 'job.result': 'failure' }, 1],
    ]);
    equal((await points('job.run.duration')).length, 2);
    const decided = { ...namespace, 'job.sampling.reason': 'default', 'job.sampled': false };
    deepEqual(await points('job.sampling.decisions'), [
      [{ ...decided, 'job.name': 'oneActivity' }, 1],
      [{ ...decided, 'job.name': 'failsOnce' }, 1],
    ]);
  });

  it('spans beyond 2,000 in one task are dropped, and reported in a metric, on the root, and once in the log', async () => {
    const harness = await Harness.start();
    const workflowsPath = require.resolve('./support/workflows/many-spans');
    const trace = await harness.whileWorking({ options: { workflowsPath } }, async (taskQueue) => {
      const run = async (n: number) => {
        const start = { taskQueue, workflowId: `${taskQueue}-${n}`, args: [2_100] };
        const handle = await harness.client.workflow.start('manySpans', start);
        await handle.result();
        const traceId = traceIdOf(handle.firstExecutionRunId);
        return harness.receiver.waitFor(traceId, ({ length }) => length >= 2_002, 30_000);
      };
      // One after the other: the export queue cannot hold the spans of both.
      await run(1);
      return run(2);
    });
    const lines = harness.log.filter((line) => line.includes('more than 2,000 spans'));
    await harness.stop();
    const root = trace.find(({ name }) => name === 'RunWorkflow:manySpans');
    deepEqual([trace.length, root?.attributes['job.dropped_spans']], [2_002, 100]);
    deepEqual(await points('job.spans.dropped'), [[{ ...namespace, 'job.name': 'manySpans' }, 200]]);
    equal(lines.length, 1, lines.join('\n'));
  });

  it('of runs and durations do not depend on sampling, binding or tail sampling', async () => {
    const harness = await Harness.start();
    const policies = {
      always: { sampling: { default: 1 } },
      never: { sampling: { default: { ratio: 0, keepFailed: false } } },
      kept: { sampling: { default: 0 } },
      untraced: { sampling: { default: 0 }, bind: 'sampled' },
    } as const;
    const runAll = async (job: string, plugin: JobTracingOptions) => {
      // Without a cache, so that every task replays the run.
      const setup = { plugin, options: { maxCachedWorkflows: 0 } };
      await harness.whileWorking(setup, async (taskQueue) => {
        const run = async (type: string, args: unknown[] = [], isCancelled = false) => {
          const workflowId = `metrics-${process.pid}-${Math.random()}`;
          const memo = { jobName: job };
          const handle = await harness.client.workflow.start(type, { taskQueue, workflowId, args, memo });
          if (isCancelled) await handle.cancel();
          await handle.result().catch(() => {});
        };
        await Promise.all([
          run('oneActivity'),
          run('parent'),
          run('continues', [1]),
          run('takes', [1, 'fail']),
          run('takes', [60_000], true),
        ]);
      });
    };
    await Promise.all(Object.entries(policies).map(([job, plugin]) => runAll(job, plugin)));
    await harness.stop();
    const of = async (name: string, job: string) =>
      (await points(name))
        .filter(([attributes]) => attributes['job.name'] === job)
        .map(([{ 'job.trigger': trigger, 'job.result': result }, value]) => [
          trigger,
          result,
          typeof value === 'number' ? value : (value as { readonly count: number }).count,
        ])
        .sort();
    for (const job of Object.keys(policies)) {
      const expected = [
        ['api', 'cancellation', 1],
        ['api', 'failure', 1],
        ['api', 'success', 3],
      ];
      deepEqual(await of('job.runs', job), expected, job);
      deepEqual(await of('job.run.duration', job), expected, job);
    }
    deepEqual(
      (await points('job.sampling.kept')).filter(
        ([attributes]) => String(attributes['job.name']) in policies,
      ),
      [[{ ...namespace, 'job.name': 'kept', 'job.sampling.reason': 'kept-failed' }, 1]],
    );
    const reasons = (await points('job.sampling.decisions'))
      .filter(([attributes]) => attributes['job.name'] === 'untraced')
      .map(([attributes, value]) => [attributes['job.sampling.reason'], attributes['job.sampled'], value]);
    // The continuation of an untraced run inherits no decision.
    deepEqual(reasons, [['default', false, 6]]);
  });

  it('count a run that consulted no policy when it ends', async () => {
    // A run whose decision was made and counted by another worker.
    const end = (jobName: string, info: object = {}, { spans = 0, counted = true } = {}) => {
      const unsampled = { below: '8' };
      const parts = { target: () => undefined, decisions: createRunDecisions(), log: createOnceLog(SILENT) };
      const { report } = createSink({ ...parts, metrics: createJobMetrics('default'), unsampled }).jobTracing;
      const run = { runId: jobName, originalExecutionRunId: LEFT_OUT, attempt: 1, ...info } as WorkflowInfo;
      const origin = { jobName, jobRunId: jobName, trigger: 'api', metadata: {} } as const;
      const ended = { origin, counted, startMs: 0, endMs: 1, result: 'success' } as const;
      for (let time = 0; time < 2; time++) report.fn(run, Array(spans).fill({}), ended);
    };
    end('asked nothing');
    end('a capped one', { originalExecutionRunId: NOT_LEFT_OUT });
    end('one after a failure', { attempt: 2 });
    end('a recorded one', {}, { spans: 1 });
    end('a child', {}, { counted: false });
    const names = ['asked nothing', 'a capped one', 'one after a failure', 'a recorded one', 'a child'];
    const seen = (await points('job.sampling.decisions')).filter(([{ 'job.name': job }]) =>
      names.includes(String(job)),
    );
    const decided = { ...namespace, 'job.sampling.reason': 'default', 'job.sampled': false };
    deepEqual(seen, [[{ ...decided, 'job.name': 'asked nothing' }, 1]]);
  });

  it('count a decision once, however often a failing task is retried', async () => {
    const { decided } = createJobMetrics('default');
    for (const run of ['one', 'two', 'one']) decided(run, 'asks-again', true, 'manual');
    const seen = (await points('job.sampling.decisions')).filter(
      ([{ 'job.name': job }]) => job === 'asks-again',
    );
    deepEqual(
      seen.map(([, value]) => value),
      [2],
    );
  });

  it('distinguish 500 jobs and count the rest together', async () => {
    const { decided } = createJobMetrics('default');
    for (let i = 0; i < 600; i++) decided(`run-${i}`, `bounded-${i}`, true, 'rule');
    const seen = (await points('job.sampling.decisions')).filter(([{ 'job.name': job }]) =>
      /^(bounded-|other$)/.test(String(job)),
    );
    equal(seen.length, 501);
    deepEqual(
      seen.filter(([attributes]) => attributes['job.name'] === 'other').map(([, value]) => value),
      [100],
    );
  });
});
