/**
 * Many runs in one V8 context, their tasks interleaved: each sees the spans of its own trace only, and each of
 * its handlers and nested spans its own.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isGrpcDeadlineError, type WorkflowHandle } from '@temporalio/client';
import { Harness } from './support/harness';
import { historiesBundle } from './support/histories';
import { poke, type Snapshot, snapshot, takesSnapshots } from './support/workflows/isolation';

const RUNS = 10;
const POKES = 4;

interface Seen {
  readonly runId: string;
  readonly sightings: readonly Snapshot[];
  /** Answers to queries. */
  readonly queried: readonly Snapshot[];
}

/** Queries the run; the server gives a query up after ten seconds, in which a busy machine may not come to it. */
async function sightingOf(handle: WorkflowHandle, attempts = 3): Promise<Snapshot> {
  try {
    return await handle.query(snapshot);
  } catch (error) {
    if (!isGrpcDeadlineError(error) || attempts === 1) throw error;
    return sightingOf(handle, attempts - 1);
  }
}

describe('runs that share a V8 context', () => {
  let harness: Harness;
  let runs: Seen[];
  before(async () => {
    harness = await Harness.start();
    const workflowBundle = await historiesBundle({}, require.resolve('./support/workflows/isolation'));
    const options = { workflowBundle, reuseV8Context: true, workflowThreadPoolSize: 1 };
    runs = await harness.whileWorking({ options }, async (taskQueue) => {
      const { workflow } = harness.client;
      const start = (index: number) =>
        workflow.start(takesSnapshots, { taskQueue, workflowId: `${taskQueue} ${index}`, args: [POKES] });
      const handles = await Promise.all(Array.from({ length: RUNS }, (_, index) => start(index)));
      // Signals and queries of all runs at once, so that their tasks mix.
      const pokes = Array.from({ length: POKES }, (_, number) =>
        handles.map(async (handle) => {
          await handle.signal(poke, number);
          return sightingOf(handle);
        }),
      );
      const queried = await Promise.all(pokes.map((sightings) => Promise.all(sightings)));
      return Promise.all(
        handles.map(async (handle, index) => ({
          runId: handle.firstExecutionRunId,
          sightings: await handle.result(),
          queried: queried.flatMap((sightings) => sightings[index] ?? []),
        })),
      );
    });
  });
  after(() => harness?.stop());

  it('see their own trace and baggage', () => {
    for (const { runId: ownRunId, sightings, queried } of runs) {
      equal(queried.length, POKES);
      for (const { step, traceId, runId } of [...sightings, ...queried])
        deepEqual({ step, traceId, runId }, { step, traceId: ownRunId.replaceAll('-', ''), runId: ownRunId });
    }
  });

  it('see the current span in each step', async () => {
    for (const { runId, sightings } of runs) {
      const trace = await harness.completeTrace(runId.replaceAll('-', ''));
      const names = new Map(trace.map(({ spanId, name }) => [spanId, name]));
      const steps = new Set(sightings.map(({ step, spanId }) => `${step} in ${names.get(spanId ?? '')}`));
      deepEqual([...steps].sort(), [
        'main in RunWorkflow:takesSnapshots',
        'mine in mine',
        ...[0, 1, 2, 3].map((number) => `poke ${number} in HandleSignal:poke`),
      ]);
      equal(
        new Set(sightings.map(({ spanId }) => spanId)).size,
        steps.size,
        'each step is in one span of its own',
      );
    }
  });
});
