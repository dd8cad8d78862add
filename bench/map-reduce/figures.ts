/** The figures of part `map-reduce`, from its rounds. Pure. */
import { counted, type Figure, figure, type Target } from '../core/figure';
import type { MemoryPeak } from '../core/memory-peak';
import type { Round } from '../core/rounds';
import { estimate, median } from '../core/statistics';
import { FAN_OUTS, type FanOut, OURS } from './fan-outs';

/** Measurements of one run. */
export interface Measured {
  readonly wallMs: number;
  /** CPU time of the worker process, in milliseconds. */
  readonly workerMs: number;
  /** CPU time of the server, in milliseconds; left out if it cannot be read. */
  readonly serverMs?: number;
  readonly memory: MemoryPeak;
}

/** Measurements of each fan-out, by round. */
export type Rounds = readonly Round<FanOut, Measured>[];

/** Target for the ratio to the same fan-out without the library. */
const OVER_PLAIN: Target = { atMost: 1.1 };
/**
 * Target for the ratio of the peak heap with ten times the shards: a heap with something for each shard would grow.
 * Garbage does not count: V8 decides when to collect it, and ten times the time has a higher peak of it.
 */
const FLAT: Target = { atMost: 1.1 };
/** Fewest shards for which the target applies: with fewer, no branch is full, and V8 has hardly collected garbage. */
const FLAT_FROM_SHARDS = 1_000;
const BYTES_PER_MB = 2 ** 20;

/** Returns the figures of runs with this many shards. */
export function sizeFigures(shards: number, rounds: Rounds, traceSizes: readonly number[]): Figure[] {
  const of = numbered(shards);
  const each = (what: string, unit: string, read: (measured: Measured) => number) =>
    FAN_OUTS.map((fanOut) => {
      const value = estimate(rounds, (some) => median(some.map((round) => read(round[fanOut]))));
      return figure(`${of}: ${what}, ${fanOut}`, unit, value);
    });
  const overPlain = (what: string, read: (measured: Measured) => number) =>
    OURS.map((fanOut) => {
      const ratio = estimate(rounds, (some) =>
        median(some.map((round) => read(round[fanOut]) / read(round['plain children']))),
      );
      return figure(`${of}: ${what} over plain, ${fanOut}`, '×', ratio, OVER_PLAIN);
    });
  const hasServer = rounds.every((round) => FAN_OUTS.every((name) => round[name].serverMs !== undefined));
  return [
    ...each('wall time', 's', ({ wallMs }) => wallMs / 1_000),
    ...overPlain('wall time', ({ wallMs }) => wallMs),
    ...each('worker CPU of a shard', 'ms', ({ workerMs }) => workerMs / shards),
    ...overPlain('worker CPU', ({ workerMs }) => workerMs),
    ...(hasServer
      ? each('server CPU of a shard', 'ms', ({ serverMs = Number.NaN }) => serverMs / shards)
      : []),
    ...each('peak heap', 'MB', ({ memory }) => memory.liveBytes / BYTES_PER_MB),
    ...each('peak heap with garbage', 'MB', ({ memory }) => memory.heapBytes / BYTES_PER_MB),
    ...each('peak resident memory', 'MB', ({ memory }) => memory.residentBytes / BYTES_PER_MB),
    counted(`${of}: spans in the largest trace`, 'spans', Math.max(...traceSizes)),
    counted(`${of}: spans in a shard's trace`, 'spans', median(traceSizes)),
  ];
}

/** Runs of one size. */
export interface Size {
  readonly shards: number;
  readonly rounds: Rounds;
}

/** Returns the growth of the memory from few shards to many. */
export function growthFigures(few: Size, many: Size): Figure[] {
  const names = `${numbered(many.shards)} over ${few.shards.toLocaleString('en-US')}`;
  const sets = many.rounds.map((large, index) => ({
    large,
    small: few.rounds.filter((_, other) => other % many.rounds.length === index),
  }));
  const growth = (fanOut: FanOut, read: (memory: MemoryPeak) => number) =>
    estimate(sets, (some) => {
      const small = some.flatMap((set) => set.small.map((round) => read(round[fanOut].memory)));
      return median(some.map((set) => read(set.large[fanOut].memory))) / median(small);
    });
  return FAN_OUTS.flatMap((fanOut) => [
    figure(
      `${names}: peak heap, ${fanOut}`,
      '×',
      growth(fanOut, ({ liveBytes }) => liveBytes),
      fanOut === 'plain children' || few.shards < FLAT_FROM_SHARDS ? undefined : FLAT,
    ),
    figure(
      `${names}: peak resident memory, ${fanOut}`,
      '×',
      growth(fanOut, ({ residentBytes }) => residentBytes),
    ),
  ]);
}

function numbered(shards: number): string {
  return `${shards.toLocaleString('en-US')} shards`;
}
