/**
 * Logs each kind of problem once: a problem that repeats with every run must not flood the log.
 */
import type { Logger } from '@temporalio/common';

/** A log that has each message once. */
export interface OnceLog {
  /** Logs the message unless one with this key was logged before. */
  warn(key: string, message: string, meta?: Record<string, unknown>): void;
}

/** Creates a log that has each message once. */
export function createOnceLog(log: Pick<Logger, 'warn'>): OnceLog {
  const logged = new Set<string>();
  return {
    warn(key, message, meta) {
      if (logged.has(key)) return;
      logged.add(key);
      log.warn(`temporal-job-tracing: ${message}. This is logged once.`, meta);
    },
  };
}
