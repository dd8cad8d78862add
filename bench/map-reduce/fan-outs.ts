/** The compared fan-outs of part `map-reduce`: how the work is written, and how much of it is sampled. */
import type { WorkerProcess } from '../core/worker-process';

/** The compared fan-outs, by name. */
export const FAN_OUTS = [
  'plain children',
  'mapReduce, 5 % of shards sampled',
  'mapReduce, every shard sampled',
] as const;

/** The name of a fan-out. */
export type FanOut = (typeof FAN_OUTS)[number];

/** The name of a fan-out by `mapReduce`. */
export type OursFanOut = Exclude<FanOut, 'plain children'>;

/** Share of the shards that are sampled. The run itself always is. */
const SHARD_RATIO: Readonly<Record<OursFanOut, number>> = Object.freeze({
  'mapReduce, 5 % of shards sampled': 0.05,
  'mapReduce, every shard sampled': 1,
});

/** The fan-outs by `mapReduce`. */
export const OURS = Object.keys(SHARD_RATIO) as OursFanOut[];

/** The worker process of each fan-out. */
export type FanOutWorkers = Readonly<Record<FanOut, WorkerProcess>>;

/** Concurrent shards: the most of one branch. */
const CONCURRENCY = 100;

/** Returns the arguments of the workflow `fanOut`. */
export function argumentsOf(fanOut: FanOut, shards: number): [shards: number, ...others: number[]] {
  return fanOut === 'plain children' ? [shards, CONCURRENCY] : [shards, CONCURRENCY, SHARD_RATIO[fanOut]];
}
