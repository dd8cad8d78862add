/**
 * Marks that a job's last run was slow, shared by all workers: the worker that next decides about a run of the job
 * takes the mark and samples the run.
 *
 * Answers from memory and updates Redis in the background. Two workers that decide at the same time may both take a
 * mark.
 */
import { createFollowUps } from '../follow-ups';
import type { Send } from './fleet-counter';
import { type KeySpace, markSlowCommand, unmarkSlowCommand } from './key-space';

export interface SlowMarks {
  /** Marks that the job's last run was slow. */
  mark(jobName: string): void;
  /** Takes the job's mark; `false` if there is none. */
  take(jobName: string): boolean;
  /** Replaces the marks by those that Redis has now. */
  replace(jobNames: readonly string[]): void;
}

/** Returns the marks of all workers; without Redis, those of this worker alone. */
export function createSlowMarks(send: Send, keys: KeySpace): SlowMarks {
  let shared = new Set<string>();
  /** Jobs whose mark was taken here but may still be in Redis; at most those of the last reading, and a few since. */
  let taken = new Set<string>();
  const local = createFollowUps();

  function unmark(jobName: string): void {
    send(unmarkSlowCommand(keys, jobName))?.then(
      () => taken.delete(jobName),
      () => {
        // Retried when the next reading contains the mark.
      },
    );
  }

  return {
    mark(jobName) {
      if (shared.has(jobName)) return;
      const reply = send(markSlowCommand(keys, jobName, Date.now()));
      if (reply === undefined) return local.arm(jobName, 1);
      taken.delete(jobName);
      shared.add(jobName);
      reply.catch(() => {
        if (shared.delete(jobName)) local.arm(jobName, 1);
      });
    },
    take(jobName) {
      if (!shared.delete(jobName)) return local.take(jobName);
      taken.add(jobName);
      unmark(jobName);
      return true;
    },
    replace(jobNames) {
      shared = new Set(jobNames.filter((jobName) => !taken.has(jobName)));
      // A mark that is gone was removed, whatever became of the reply; a later mark of the job is another one.
      taken = new Set(jobNames.filter((jobName) => taken.has(jobName)));
      for (const jobName of taken) unmark(jobName);
    },
  };
}
