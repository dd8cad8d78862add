/** A workflow that records the active span and baggage of `@opentelemetry/api` at each of its steps. */
import { propagation, trace } from '@opentelemetry/api';
import {
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** The active span and baggage at a step. */
export interface Snapshot {
  readonly step: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** The baggage entry `job.run.id`. */
  readonly runId: string | undefined;
}

export const poke = defineSignal<[number]>('poke');
export const snapshot = defineQuery<Snapshot>('snapshot');

/** Handles signals `poke`, while the main function is in a span of the user. */
export async function takesSnapshots(pokes: number): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  let handled = 0;
  const record = (step: string) => snapshots.push(snapshotAt(step));
  setHandler(snapshot, () => snapshotAt('query'));
  setHandler(poke, async (number) => {
    record(`poke ${number}`);
    await sleep(number % 3);
    record(`poke ${number}`);
    await callDownstream();
    record(`poke ${number}`);
    handled++;
  });
  record('main');
  await callDownstream();
  record('main');
  await trace.getTracer('user').startActiveSpan('mine', async (span) => {
    record('mine');
    await Promise.all([callDownstream(), sleep(2)]);
    record('mine');
    await condition(() => handled === pokes);
    record('mine');
    span.end();
  });
  record('main');
  return snapshots;
}

function snapshotAt(step: string): Snapshot {
  const span = trace.getActiveSpan()?.spanContext();
  const runId = propagation.getActiveBaggage()?.getEntry('job.run.id')?.value;
  return { step, traceId: span?.traceId, spanId: span?.spanId, runId };
}
