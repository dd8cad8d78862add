/** What part `map-reduce` compares: how the work is written, and how much of it is recorded. */
import type { WorkerProcess } from '../core/worker-process';

export const FAN_OUTS = [
  'plain children',
  'mapReduce, 5 % of shards recorded',
  'mapReduce, every shard recorded',
] as const;

export type FanOut = (typeof FAN_OUTS)[number];
export type OursFanOut = Exclude<FanOut, 'plain children'>;

/** The share of the shards that is recorded. The run itself always is. */
const SHARD_RATIO: Readonly<Record<OursFanOut, number>> = Object.freeze({
  'mapReduce, 5 % of shards recorded': 0.05,
  'mapReduce, every shard recorded': 1,
});

export const OURS = Object.keys(SHARD_RATIO) as OursFanOut[];

export type FanOutWorkers = Readonly<Record<FanOut, WorkerProcess>>;

/** Shards at the same time: the most of one branch. */
const CONCURRENCY = 100;

/** Arguments of the workflow `fanOut`. */
export function argumentsOf(fanOut: FanOut, shards: number): [shards: number, ...others: number[]] {
  return fanOut === 'plain children' ? [shards, CONCURRENCY] : [shards, CONCURRENCY, SHARD_RATIO[fanOut]];
}
