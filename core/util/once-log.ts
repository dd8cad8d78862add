/**
 * Says each kind of problem once: what repeats with every run must not flood the log.
 */
import type { Logger } from '@temporalio/common';

export interface OnceLog {
  /** Logs the message unless one with this key was logged before. */
  warn(key: string, message: string, meta?: Record<string, unknown>): void;
}

export function createOnceLog(log: Pick<Logger, 'warn'>): OnceLog {
  const said = new Set<string>();
  return {
    warn(key, message, meta) {
      if (said.has(key)) return;
      said.add(key);
      log.warn(`temporal-job-tracing: ${message}. This is said once.`, meta);
    },
  };
}
