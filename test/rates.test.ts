/**
 * Attributes of a sampled run about its sampling: reason, rate and rule on its root, and the threshold of consistent
 * probability sampling in the trace state of its spans if only the ratio decided.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Harness } from './support/harness';
import { traceIdOf } from './support/runs';

describe('rate and rule of a run', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness.stop());

  async function rootOf(sampling: object, signal?: string) {
    return harness.whileWorking({ plugin: { sampling } }, async (taskQueue) => {
      const workflowId = `rate-${Math.random()}`;
      const options = { taskQueue, workflowId };
      const handle = signal
        ? await harness.client.workflow.signalWithStart('oneActivity', { ...options, signal })
        : await harness.client.workflow.start('oneActivity', options);
      await harness.client.workflow.getHandle(workflowId).result();
      const { runId } = await handle.describe();
      const trace = await harness.completeTrace(traceIdOf(runId));
      const root = trace.find(({ name }) => name === 'RunWorkflow:oneActivity');
      const {
        'job.sampling.reason': reason,
        'job.sampling.rate': rate,
        'job.sampling.rule': rule,
      } = root?.attributes ?? {};
      return { reason, rate, rule, traceState: root?.traceState };
    });
  }

  it('by a rule: its rate, its pattern and the threshold', async () => {
    const sampling = await rootOf({ default: 0, jobs: { 'one*': 1 } });
    deepEqual(sampling, { reason: 'rule', rate: 1, rule: 'one*', traceState: 'ot=th:0' });
  });

  /** Returns the trace states of a run's spans, and the one that the downstream service received. */
  async function statesOf(sampling: object, type: string, signal?: string) {
    return harness.whileWorking({ plugin: { sampling } }, async (taskQueue) => {
      const options = { taskQueue, workflowId: `states-${Math.random()}` };
      if (signal) await harness.client.workflow.signalWithStart(type, { ...options, signal });
      else await harness.client.workflow.start(type, options);
      const handle = harness.client.workflow.getHandle(options.workflowId);
      const { tracestate } = JSON.parse(String(await handle.result()));
      const trace = await harness.completeTrace(traceIdOf((await handle.describe()).runId));
      const names = trace.map(({ name, resource }) => `${resource['service.name']} ${name}`);
      ok(
        names.includes('downstream GET') && names.some((name) => name.endsWith('RunActivity:callDownstream')),
      );
      return { spans: new Set(trace.map(({ traceState }) => traceState)), downstream: tracestate };
    });
  }

  it('by ratio: every span of the trace has the threshold, children’s, activities’ and downstream’s too', async () => {
    for (const type of ['oneActivity', 'oneLocalActivity', 'parent']) {
      const { spans, downstream } = await statesOf({ default: 1 }, type);
      deepEqual([[...spans], downstream], [['ot=th:0'], 'ot=th:0'], type);
    }
  });

  it('forced: no span has one, and downstream gets none', async () => {
    const { spans, downstream } = await statesOf({ default: 1 }, 'oneActivity', 'runNow');
    deepEqual([[...spans], downstream], [[undefined], undefined]);
  });

  it('by a reservoir: the rate did not decide, so there is no threshold', async () => {
    const sampling = await rootOf({ default: { ratio: 0, atLeast: { runs: 5, per: '1 hour' } } });
    deepEqual(sampling, { reason: 'reservoir', rate: 0, rule: 'default', traceState: undefined });
  });

  it('a forced run has a reason, but no rate or rule', async () => {
    const sampling = await rootOf({ default: 0 }, 'runNow');
    equal(sampling.reason, 'manual');
    deepEqual([sampling.rate, sampling.traceState], [undefined, undefined]);
  });
});
