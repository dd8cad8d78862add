/**
 * Many runs in one V8 context, with interleaved tasks: in each run, only spans of its own trace are active, and in each
 * handler or nested span only its own.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isGrpcDeadlineError, type WorkflowHandle } from '@temporalio/client';
import { Harness } from './support/harness';
import { historiesBundle } from './support/histories';
import { traceIdOf } from './support/runs';
import { poke, type Snapshot, snapshot, takesSnapshots } from './support/workflows/isolation';

const RUNS = 10;
const SIGNALS = 4;

interface ObservedRun {
  readonly runId: string;
  readonly snapshots: readonly Snapshot[];
  /** Results of queries. */
  readonly queried: readonly Snapshot[];
}

/** Queries the run. Retries, since the server's timeout for queries is ten seconds, which a busy machine may exceed. */
async function querySnapshot(handle: WorkflowHandle, attempts = 3): Promise<Snapshot> {
  try {
    return await handle.query(snapshot);
  } catch (error) {
    if (!isGrpcDeadlineError(error) || attempts === 1) throw error;
    return querySnapshot(handle, attempts - 1);
  }
}

describe('runs that share a V8 context', () => {
  let harness: Harness;
  let runs: ObservedRun[];
  before(async () => {
    harness = await Harness.start();
    const workflowBundle = await historiesBundle({}, require.resolve('./support/workflows/isolation'));
    const options = { workflowBundle, reuseV8Context: true, workflowThreadPoolSize: 1 };
    runs = await harness.whileWorking({ options }, async (taskQueue) => {
      const { workflow } = harness.client;
      const start = (index: number) =>
        workflow.start(takesSnapshots, { taskQueue, workflowId: `${taskQueue} ${index}`, args: [SIGNALS] });
      const handles = await Promise.all(Array.from({ length: RUNS }, (_, index) => start(index)));
      // Signals and queries of all runs at once, so that their tasks are interleaved.
      const pokes = Array.from({ length: SIGNALS }, (_, number) =>
        handles.map(async (handle) => {
          await handle.signal(poke, number);
          return querySnapshot(handle);
        }),
      );
      const queried = await Promise.all(pokes.map((snapshots) => Promise.all(snapshots)));
      return Promise.all(
        handles.map(async (handle, index) => ({
          runId: handle.firstExecutionRunId,
          snapshots: await handle.result(),
          queried: queried.flatMap((snapshots) => snapshots[index] ?? []),
        })),
      );
    });
  });
  after(() => harness?.stop());

  it('see their own trace and baggage', () => {
    for (const { runId: ownRunId, snapshots, queried } of runs) {
      equal(queried.length, SIGNALS);
      for (const { step, traceId, runId } of [...snapshots, ...queried])
        deepEqual({ step, traceId, runId }, { step, traceId: traceIdOf(ownRunId), runId: ownRunId });
    }
  });

  it('see the current span in each step', async () => {
    for (const { runId, snapshots } of runs) {
      const trace = await harness.completeTrace(traceIdOf(runId));
      const names = new Map(trace.map(({ spanId, name }) => [spanId, name]));
      const steps = new Set(snapshots.map(({ step, spanId }) => `${step} in ${names.get(spanId ?? '')}`));
      deepEqual([...steps].sort(), [
        'main in RunWorkflow:takesSnapshots',
        'mine in mine',
        ...[0, 1, 2, 3].map((number) => `poke ${number} in HandleSignal:poke`),
      ]);
      equal(
        new Set(snapshots.map(({ spanId }) => spanId)).size,
        steps.size,
        'each step is in one span of its own',
      );
    }
  });
});
