/**
 * Signs that a job's last run was slow, for all workers: whichever runs the job next records it.
 *
 * Answers from memory; Redis hears of it beside the run. Two workers that run the job at once may both take one.
 */
import { createFollowUps } from '../follow-ups';
import type { Send } from './fleet-counter';
import { type KeySpace, markSlowCommand, unmarkSlowCommand } from './key-space';

export interface SlowSigns {
  mark(jobName: string): void;
  /** `false`: there is none. */
  take(jobName: string): boolean;
  /** What Redis has now. */
  replace(jobNames: readonly string[]): void;
}

/** Without Redis the signs are this worker's. */
export function createSlowSigns(send: Send, keys: KeySpace): SlowSigns {
  let shared = new Set<string>();
  /** Taken here, and still in Redis as far as is known. */
  const taken = new Set<string>();
  const own = createFollowUps();

  function unmark(jobName: string): void {
    send(unmarkSlowCommand(keys, jobName))?.then(
      () => taken.delete(jobName),
      () => {
        // Tried again when Redis shows it the next time.
      },
    );
  }

  return {
    mark(jobName) {
      if (shared.has(jobName)) return;
      const reply = send(markSlowCommand(keys, jobName, Date.now()));
      if (reply === undefined) return own.arm(jobName, 1);
      taken.delete(jobName);
      shared.add(jobName);
      reply.catch(() => {
        if (shared.delete(jobName)) own.arm(jobName, 1);
      });
    },
    take(jobName) {
      if (!shared.delete(jobName)) return own.take(jobName);
      taken.add(jobName);
      unmark(jobName);
      return true;
    },
    replace(jobNames) {
      shared = new Set(jobNames.filter((jobName) => !taken.has(jobName)));
      for (const jobName of jobNames) if (taken.has(jobName)) unmark(jobName);
    },
  };
}
