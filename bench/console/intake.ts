/**
 * Figures of the intake: at a steady rate, in a burst, and with more senders than it can handle.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { counted, type Figure, type PartOptions } from '../core/figure';
import { quantile } from '../core/statistics';
import { SPANS_PER_TRACE } from './bodies';
import type { ConsoleUnderTest } from './console-under-test';
import { type Answered, send } from './load';

const SUSTAINED = { spansPerSecond: 10_000, senders: 20 };
const SUSTAINED_SECONDS = { quick: 10, usual: 30, full: 300 };
/** The load of a burst. */
export const BURST = { spansPerSecond: 30_000, senders: 60, seconds: 10 };
const OVERLOAD = { senders: 1_000, seconds: 15 };
/** Pause between two reads during a burst. */
const READ_PAUSE_MS = 100;
const MIB = 1024 ** 2;

/** Measures the intake at a rate that it must sustain. */
export async function sustainedFigures(
  underTest: ConsoleUnderTest,
  { quick, full }: PartOptions,
): Promise<Figure[]> {
  const seconds = full ? SUSTAINED_SECONDS.full : SUSTAINED_SECONDS[quick ? 'quick' : 'usual'];
  console.error(`console: ${SUSTAINED.spansPerSecond} spans a second for ${seconds} s …`);
  const before = await underTest.request({ type: 'status' });
  const answered = await send(underTest.url, { ...SUSTAINED, seconds });
  const after = await underTest.request({ type: 'status' });
  const cpuMs = (10_000 * (after.cpuMs - before.cpuMs)) / answered.spans;
  const name = `${SUSTAINED.spansPerSecond.toLocaleString('en')} spans/s`;
  return [
    counted(`${name}: taken`, 'spans/s', answered.spans / answered.seconds),
    counted(`${name}: CPU of the console for each 10,000`, 'ms', cpuMs),
    counted(`${name}: answer, p99`, 'ms', quantile(answered.answerMs, 0.99), { atMost: 250 }),
    counted(`${name}: requests refused`, 'requests', answered.refused, { atMost: 0 }),
    counted(`${name}: answered traces not stored`, 'traces', await lostOf(underTest, answered), {
      atMost: 0,
    }),
  ];
}

/** Measures the intake, and a read of a trace, during a burst. */
export async function burstFigures(underTest: ConsoleUnderTest): Promise<Figure[]> {
  console.error(`console: ${BURST.spansPerSecond} spans a second for ${BURST.seconds} s …`);
  // The trace that is read during the burst.
  const [traceId = ''] = (await send(underTest.url, { seconds: 0.1, senders: 1 })).traceIds;
  let isOver = false;
  const readMs: number[] = [];
  const reading = (async () => {
    while (!isOver) {
      readMs.push((await underTest.request({ type: 'trace', traceId })).ms);
      await sleep(READ_PAUSE_MS);
    }
  })();
  const answered = await send(underTest.url, BURST);
  isOver = true;
  await reading;
  const name = `${BURST.spansPerSecond.toLocaleString('en')} spans/s for ${BURST.seconds} s`;
  return [
    counted(`${name}: taken`, 'spans/s', answered.spans / answered.seconds),
    counted(`${name}: longest answer`, 'ms', Math.max(...answered.answerMs), { atMost: 1_000 }),
    counted(`${name}: requests refused`, 'requests', answered.refused, { atMost: 0 }),
    counted(`${name}: answered traces not stored`, 'traces', await lostOf(underTest, answered), {
      atMost: 0,
    }),
    counted(`${name}: longest read of a trace`, 'ms', Math.max(...readMs), { atMost: 600 }),
  ];
}

/** Measures the intake with more senders than it can handle. */
export async function overloadFigures(
  underTest: ConsoleUnderTest,
  { quick }: PartOptions,
): Promise<Figure[]> {
  const seconds = quick ? OVERLOAD.seconds / 3 : OVERLOAD.seconds;
  console.error(`console: ${OVERLOAD.senders} senders as fast as they can for ${seconds} s …`);
  const answered = await send(underTest.url, { senders: OVERLOAD.senders, seconds });
  const { peakBytes, refusals } = await underTest.request({ type: 'status' });
  const counts = refusals.map((text) => Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '')));
  const reported = counts.reduce((sum, count) => sum + count, 0);
  const name = `${OVERLOAD.senders.toLocaleString('en')} senders without pause`;
  return [
    counted(`${name}: taken`, 'spans/s', answered.spans / answered.seconds),
    counted(`${name}: resident memory, peak`, 'MiB', peakBytes / MIB, { atMost: 400 }),
    counted(`${name}: requests refused`, 'requests', answered.refused),
    counted(`${name}: refusals not counted`, 'requests', answered.refused - reported, { atMost: 0 }),
    counted(`${name}: answered traces not stored`, 'traces', await lostOf(underTest, answered), {
      atMost: 0,
    }),
  ];
}

/** Returns how many of at most 500 accepted traces cannot be read. */
async function lostOf(underTest: ConsoleUnderTest, { traceIds }: Answered): Promise<number> {
  const step = Math.ceil(traceIds.length / 500);
  let lost = 0;
  for (let index = 0; index < traceIds.length; index += step) {
    const { count } = await underTest.request({ type: 'trace', traceId: traceIds[index] ?? '' });
    if (count !== SPANS_PER_TRACE) lost++;
  }
  return lost;
}
