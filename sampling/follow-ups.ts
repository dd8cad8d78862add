/**
 * Runs still to be recorded after one that went wrong, where nothing on the run itself tells.
 *
 * Counted by each worker for itself, in memory.
 */
import { setBounded } from '../core/util/bounded-map';

export interface FollowUps {
  /** From now on, this many runs of the job are recorded; 0: none. */
  arm(jobName: string, runs: number): void;
  /** Takes one of them; `false`: none is left. */
  take(jobName: string): boolean;
}

/** Beyond it, the job that was armed first is forgotten. */
const MAX_JOBS = 1_000;

export function createFollowUps(): FollowUps {
  const left = new Map<string, number>();

  function arm(jobName: string, runs: number): void {
    if (runs > 0) setBounded(left, jobName, runs, MAX_JOBS);
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
