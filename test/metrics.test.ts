/**
 * Metrics of runs and decisions: whatever the sampling, every run is counted, and job names are bounded.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metrics as api } from '@opentelemetry/api';
import { metrics } from '@opentelemetry/sdk-node';
import { createJobMetrics } from '../worker/metrics';
import { Harness } from './support/harness';

describe('metrics', () => {
  const exporter = new metrics.InMemoryMetricExporter(metrics.AggregationTemporality.CUMULATIVE);
  const reader = new metrics.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });

  before(() => {
    ok(api.setGlobalMeterProvider(new metrics.MeterProvider({ readers: [reader] })));
  });
  after(() => reader.shutdown());

  /** The newest points of a metric: attributes and value. */
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
    const run = { 'job.trigger': 'api' };
    deepEqual(await points('job.runs'), [
      [{ ...run, 'job.name': 'oneActivity', 'job.result': 'success' }, 1],
      [{ ...run, 'job.name': 'failsOnce', 'job.result': 'failure' }, 1],
    ]);
    equal((await points('job.run.duration')).length, 2);
    const decided = { 'job.sampling.reason': 'default', 'job.sampled': false };
    deepEqual(await points('job.sampling.decisions'), [
      [{ ...decided, 'job.name': 'oneActivity' }, 1],
      [{ ...decided, 'job.name': 'failsOnce' }, 1],
    ]);
  });

  it('tell 500 jobs apart and count the rest together', async () => {
    const { decided } = createJobMetrics();
    for (let i = 0; i < 600; i++) decided(`bounded-${i}`, true, 'rule');
    const seen = (await points('job.sampling.decisions')).filter(([attributes]) => attributes['job.sampled']);
    equal(seen.length, 501);
    deepEqual(
      seen.filter(([attributes]) => attributes['job.name'] === 'other').map(([, value]) => value),
      [100],
    );
  });
});
