/** Logs once when a state begins and once when it ends: a lasting fault must not flood the log. */
import type { Logger } from '@temporalio/common';

/** A log of states that begin and end. */
export interface EdgeLog {
  /** Sets the state on. Logs a warning if it was off, or was on with another `what`. */
  begin(key: string, message: string, what?: string): void;
  /** Sets the state off. Logs the message if it was on. */
  end(key: string, message: string): void;
  /** Keys of the states that are on. */
  begun(): readonly string[];
}

/** Creates a log of states, which are all off at first. */
export function createEdgeLog(log: Pick<Logger, 'info' | 'warn'>): EdgeLog {
  const begun = new Map<string, string>();
  return {
    begin(key, message, what = '') {
      if (begun.get(key) === what) return;
      begun.set(key, what);
      log.warn(`temporal-job-tracing: ${message}`);
    },
    end(key, message) {
      if (begun.delete(key)) log.info(`temporal-job-tracing: ${message}`);
    },
    begun: () => [...begun.keys()],
  };
}
