/** A worker logs at its start, in one line, that it traces, where spans go, the policy, and whether runs are bound. */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { resolvePolicy } from '../sampling/policy';
import { policyInWords } from '../sampling/words';
import { until } from '../testing/until';
import { type StartState, startLine } from '../worker/start-line';
import { Harness } from './support/harness';

describe('the line at the start of a worker', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness.stop());

  async function lineOf(plugin: JobTracingOptions): Promise<string[]> {
    const taskQueue = harness.newTaskQueue();
    const worker = await harness.createWorker(taskQueue, { plugin });
    await harness.whileRunning([worker], () =>
      until(() => worker.getState() === 'RUNNING', { says: 'the worker does not run' }),
    );
    return harness.startLines
      .filter((line) => line.includes(taskQueue))
      .map((line) => line.replace(taskQueue, 'QUEUE').replace('not yet ', ''));
  }

  it('shows address, policy and binding, once', async () => {
    deepEqual(await lineOf({ sampling: { default: 0.01, jobs: { 'billing-*': 1 } } }), [
      `temporal-job-tracing: tracing is on for task queue QUEUE (spans go to ${harness.receiver.url}/v1/traces | policy default: 1 %; billing-*: 100 % | runs are bound in namespace default)`,
    ]);
  });

  it('shows that no run starts with a trace', async () => {
    deepEqual(await lineOf({ enabled: false }), [
      'temporal-job-tracing: tracing is off for task queue QUEUE: no run begins with a trace, those begun with one go on',
    ]);
  });
});

describe('the words of the line', () => {
  const facts: StartState = {
    enabled: true,
    destination: 'to the console',
    policy: resolvePolicy(),
    isLive: true,
    bind: 'sampled',
    isBound: false,
    namespace: 'jobs',
    taskQueue: 'q',
  };

  it('describe a live policy, and runs that are not bound yet', () =>
    equal(
      startLine(facts),
      'temporal-job-tracing: tracing is on for task queue q (spans go to the console | policy from the policyStore; until ' +
        'it has been read, default: 100 % | sampled runs are not yet bound in namespace jobs)',
    ));

  it('name five rules with all their limits, and count the others', () => {
    const jobs = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`job-${index}`, 1]));
    const rule = {
      ratio: 0.001,
      atLeast: { runs: 1, per: '1 hour' },
      atMost: { runs: 9, per: '1 minute' },
      keepSlow: { overMs: 1_500 },
    } as const;
    equal(
      policyInWords(resolvePolicy({ default: rule, jobs })),
      'default: 0.1 %, at least 1 run in 3600 s, at most 9 runs in 60 s, slow from 1.5 s; ' +
        'job-0: 100 %; job-1: 100 %; job-2: 100 %; job-3: 100 %; job-4: 100 %; and 2 more rules',
    );
  });
});
