/** Says when a state begins and when it ends, once each: a fault that lasts must not flood the log. */
import type { Logger } from '@temporalio/common';

export interface EdgeLog {
  /** The state is on. Logged when it was off, or when `what` differs from what began it. */
  begin(key: string, message: string, what?: string): void;
  /** The state is off. Logged when it was on. */
  end(key: string, message: string): void;
  /** Keys of the states that are on. */
  begun(): readonly string[];
}

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
