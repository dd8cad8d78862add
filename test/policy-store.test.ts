/** A policy store of the user's own that breaks its contract stops no worker: neither its start nor its end. */
import { equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { resolvePolicy } from '../sampling/policy';
import { constantPolicyStore, type PolicyStore } from '../sampling/policy-store';
import { Harness } from './support/harness';

const TIMEOUT_MS = 60_000;

describe('a policy store that', { concurrency: 2 }, () => {
  let harness: Harness;

  before(async () => {
    harness = await Harness.start();
  });

  after(async () => {
    await harness?.stop();
  });

  /** Runs a workflow on a worker with this store; resolves when the worker has stopped. */
  async function runWith(broken: Partial<PolicyStore>): Promise<unknown> {
    const policyStore = { ...constantPolicyStore(resolvePolicy()), ...broken };
    return harness.whileWorking({ plugin: { policyStore, flushTimeoutMs: 500 } }, (taskQueue) =>
      harness.client.workflow.execute('oneActivity', { taskQueue, workflowId: taskQueue }),
    );
  }

  it('throws when it is started, and rejects when it is closed: both are logged, and the run ends', async () => {
    const broken = {
      start() {
        throw new Error('no such host');
      },
      close: () => Promise.reject(new Error('already gone')),
    };
    ok(await runWith(broken));
    const lines = harness.log.filter((line) => line.includes('the policyStore could not be'));
    equal(lines.length, 2);
    ok(
      lines[0]?.includes('started, so its policy may not change while the worker runs: Error: no such host'),
    );
    ok(lines[1]?.includes('closed: Error: already gone'));
  });

  it('never closes: the worker stops all the same', { timeout: TIMEOUT_MS }, async () => {
    ok(await runWith({ close: () => new Promise<void>(() => {}) }));
  });
});
