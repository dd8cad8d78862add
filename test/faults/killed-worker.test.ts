/**
 * A worker is killed while runs are open, and one with another policy and without a cache takes them over: decision,
 * reason and binding of each run do not change.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { until } from '../../testing/until';
import { Harness } from '../support/harness';
import { markersOf, taskFailures } from '../support/histories';
import { type PolicyWorker, startPolicyWorker } from '../support/policy-workers';
import { traceIdOf } from '../support/runs';

const WAIT_MS = 30_000;
const ALWAYS = { runs: 1, per: '31 days' } as const;
const NAMESPACE = `killed-${randomUUID().slice(0, 8)}`;

/** Policy of the killed worker by job name, and its decisions. */
const KILLED = {
  default: 0,
  jobs: {
    'by-rule': 1,
    reserved: { ratio: 0, atLeast: ALWAYS },
    capped: { atMost: ALWAYS },
    never: { ratio: 0, keepFailed: false },
  },
} as const;
/** Policy of the worker that takes over, which would decide differently about every run. */
const OTHER = { default: 1, jobs: { 'by-rule': 0, reserved: 0, capped: 1, never: 1, failing: 1 } } as const;

/** The runs that are not sampled, and their markers. */
const UNSAMPLED = [
  ['capped-too', 'capped'],
  ['never', 'unsampled'],
] as const;

interface Begun {
  readonly handle: WorkflowHandle;
  readonly traceId: string;
}

describe('a worker that is killed in the middle of runs', () => {
  let harness: Harness;
  const workers: PolicyWorker[] = [];
  const begun = new Map<string, Begun>();
  /** A run in a namespace in which the first worker could not bind. */
  let unbound: Begun;

  before(async () => {
    harness = await Harness.start({ namespaces: [NAMESPACE] });
    const taskQueue = harness.newTaskQueue();
    const worker = async (setup: object) => {
      workers.push(await startPolicyWorker(harness, { taskQueue, ...setup }));
      return workers.at(-1);
    };
    const first = await worker({ plugin: { sampling: KILLED } });
    const begin = async (name: string) => begun.set(name, await beginRun(harness.client, taskQueue, name));
    await Promise.all(['by-rule', 'reserved', 'by-hand', 'capped', 'never', 'failing'].map(begin));
    await begin('capped-too');
    const elsewhere = new Client({ connection: harness.connection, namespace: NAMESPACE });
    const firstElsewhere = await worker({
      namespace: NAMESPACE,
      plugin: { registerSearchAttributes: false },
    });
    unbound = await beginRun(elsewhere, taskQueue, 'unbound');

    await Promise.all([first?.kill(), firstElsewhere?.kill()]);
    await worker({ plugin: { sampling: OTHER } });
    await worker({ namespace: NAMESPACE });
    for (const [name, { handle }] of begun) if (name !== 'failing') await handle.signal('finish');
    await unbound.handle.signal('finish');
    for (const { handle } of [...begun.values(), unbound]) await handle.result().catch(() => {});
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const received = UNSAMPLED.flatMap(([name]) => harness.receiver.trace(begun.get(name)?.traceId ?? ''));
    await harness?.stop();
    deepEqual(received, [], 'spans of runs that are not sampled');
  });

  /** Starts a run of this job, and waits until it has completed its first task. */
  async function beginRun(client: Client, taskQueue: string, name: string): Promise<Begun> {
    const workflowId = randomUUID();
    const options = { taskQueue, workflowId, memo: { jobName: name.replace('-too', '') } };
    if (name === 'by-hand')
      await client.workflow.signalWithStart('waits', { ...options, signal: 'runNow', signalArgs: [] });
    else if (name === 'failing') await client.workflow.start('takes', { ...options, args: [15_000, 'fail'] });
    else await client.workflow.start('waits', options);
    const handle = client.workflow.getHandle(workflowId);
    const isWaiting = async () => {
      const { events = [] } = await handle.fetchHistory();
      return name === 'failing'
        ? events?.some((event) => event.timerStartedEventAttributes)
        : events?.some((event) => event.workflowTaskCompletedEventAttributes);
    };
    await until(isWaiting, { within: WAIT_MS, says: `${name} has not begun` });
    const { runId } = await handle.describe();
    return { handle, traceId: traceIdOf(runId) };
  }

  const runOf = (name: string): Begun => {
    const run = begun.get(name);
    ok(run);
    return run;
  };

  for (const [name, reason] of [
    ['by-rule', 'rule'],
    ['reserved', 'reservoir'],
    ['by-hand', 'manual'],
    ['capped', 'rule'],
  ] as const) {
    it(`${name}: sampled, reason ${reason}, bound; rate and rule are no longer known`, async () => {
      const { handle, traceId } = runOf(name);
      deepEqual(markersOf(await handle.fetchHistory()), [reason]);
      const root = (await harness.completeTrace(traceId)).find(({ name }) => name === 'RunWorkflow:waits');
      deepEqual(
        ['reason', 'rate', 'rule'].map((key) => root?.attributes[`job.sampling.${key}`]),
        [reason, undefined, undefined],
      );
      equal(root?.traceState, undefined);
      const { TraceId, TraceSampled, JobName } = await harness.searchAttributesOf(handle.workflowId);
      deepEqual([TraceId, TraceSampled, JobName], [traceId, true, name]);
      deepEqual((await harness.jobs.traces.of({ workflowId: handle.workflowId })).sampling?.reason, reason);
    });
  }

  for (const [name, marker] of UNSAMPLED) {
    it(`${name}: ${marker} and bound, although the other worker samples every run`, async () => {
      const { handle, traceId } = runOf(name);
      deepEqual(markersOf(await handle.fetchHistory()), [marker]);
      const { TraceId, TraceSampled } = await harness.searchAttributesOf(handle.workflowId);
      deepEqual([TraceId, TraceSampled], [traceId, false]);
    });
  }

  it('a run that fails on the other worker is tail-sampled by its rule', async () => {
    const { handle, traceId } = runOf('failing');
    deepEqual(markersOf(await handle.fetchHistory()), ['unsampled', 'kept-failed']);
    const trace = await harness.completeTrace(traceId);
    deepEqual(
      trace.map(({ name, attributes }) => [name, attributes['job.sampling.reason']]),
      [['RunWorkflow:takes', 'kept-failed']],
    );
    equal((await harness.searchAttributesOf(handle.workflowId)).TraceSampled, true);
  });

  it('a run that was not bound is not bound by a worker that may bind', async () => {
    const { handle, traceId } = unbound;
    deepEqual(markersOf(await handle.fetchHistory()), ['unbound']);
    const { searchAttributes } = await handle.describe();
    equal(searchAttributes.TraceId, undefined);
    const trace = await harness.completeTrace(traceId);
    ok(trace.some(({ name }) => name === 'RunWorkflow:waits'));
  });

  it('no workflow task failed', async () => {
    for (const [name, { handle }] of [...begun, ['unbound', unbound] as const])
      deepEqual(taskFailures(await handle.fetchHistory()), [], name);
  });
});
