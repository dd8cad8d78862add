/**
 * Numbers of runs still to be sampled after a failed or slow one; a run's own info does not show it.
 *
 * Each worker counts for itself, in memory.
 */
import { BoundedMap } from '../core/util/bounded-map';

export interface FollowUps {
  /** Sets how many further runs of the job are sampled; 0 for none. */
  arm(jobName: string, runs: number): void;
  /** Takes one of the job's runs; `false` if none is left. */
  take(jobName: string): boolean;
}

/** Most jobs that are remembered; beyond that the oldest is dropped. */
const MAX_JOBS = 1_000;

/** Returns an empty set of counters. */
export function createFollowUps(): FollowUps {
  const left = new BoundedMap<string, number>(MAX_JOBS);

  function arm(jobName: string, runs: number): void {
    if (runs > 0) left.set(jobName, runs);
    else left.delete(jobName);
  }

  return {
    arm,
    take(jobName) {
      const runs = left.get(jobName);
      if (runs === undefined) return false;
      arm(jobName, runs - 1);
      return true;
    },
  };
}
