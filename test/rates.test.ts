/**
 * What a sampled run says about its sampling: reason, rate and rule on its root, and the threshold of consistent
 * probability sampling on its spans where the ratio alone decided.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Harness } from './support/harness';

const id = (runId: string) => runId.replaceAll('-', '');

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
      const trace = await harness.completeTrace(id(runId));
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
    const seen = await rootOf({ default: 0, jobs: { 'one*': 1 } });
    deepEqual(seen, { reason: 'rule', rate: 1, rule: 'one*', traceState: 'ot=th:0' });
  });

  it('by a reservoir: the rate did not decide, so there is no threshold', async () => {
    const seen = await rootOf({ default: { ratio: 0, atLeast: { runs: 5, per: '1 hour' } } });
    deepEqual(seen, { reason: 'reservoir', rate: 0, rule: 'default', traceState: undefined });
  });

  it('a forced run has a reason and nothing of the policy', async () => {
    const seen = await rootOf({ default: 0 }, 'runNow');
    equal(seen.reason, 'manual');
    deepEqual([seen.rate, seen.traceState], [undefined, undefined]);
  });
});
