/** A workflow that tells which span and baggage `@opentelemetry/api` shows it, at each of its steps. */
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

/** What was active at a step. */
export interface Sighting {
  readonly step: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** From the baggage. */
  readonly runId: string | undefined;
}

export const poke = defineSignal<[number]>('poke');
export const sighted = defineQuery<Sighting>('sighted');

/** Pokes are handled in spans of their own, while the main function is in one of the user's. */
export async function looksAround(pokes: number): Promise<Sighting[]> {
  const seen: Sighting[] = [];
  let handled = 0;
  const look = (step: string) => seen.push(sight(step));
  setHandler(sighted, () => sight('query'));
  setHandler(poke, async (number) => {
    look(`poke ${number}`);
    await sleep(number % 3);
    look(`poke ${number}`);
    await callDownstream();
    look(`poke ${number}`);
    handled++;
  });
  look('main');
  await callDownstream();
  look('main');
  await trace.getTracer('user').startActiveSpan('mine', async (span) => {
    look('mine');
    await Promise.all([callDownstream(), sleep(2)]);
    look('mine');
    await condition(() => handled === pokes);
    look('mine');
    span.end();
  });
  look('main');
  return seen;
}

function sight(step: string): Sighting {
  const span = trace.getActiveSpan()?.spanContext();
  const runId = propagation.getActiveBaggage()?.getEntry('job.run.id')?.value;
  return { step, traceId: span?.traceId, spanId: span?.spanId, runId };
}
