/**
 * Port to the source of the sampling policy, and its adapter for a policy that never changes.
 *
 * A store answers from memory, at once, since it is called in the first task of every run. It fetches the policy in
 * the background.
 */
import type { Logger } from '@temporalio/common';
import { createFollowUps } from './follow-ups';
import type { SamplingPolicy } from './policy';
import { createWindowCounter, type WindowCounter } from './windows';

/** Source of the sampling policy, for the option `policyStore`; see `redisPolicyStore`. */
export interface PolicyStore {
  /** Returns the policy in force: the same object until it changes. Never throws, never blocks. */
  current(): SamplingPolicy;
  /** Counters of reservoirs and caps; keys are `reservoir:<job name>` and `cap:<job name>`. */
  readonly counters: WindowCounter;
  /** Marks that a run of this job was slow. Never throws, never blocks. */
  markSlow(jobName: string): void;
  /** Takes a mark of {@link markSlow}; `false` if there is none. Never throws, never blocks. */
  wasSlow(jobName: string): boolean;
  /**
   * Starts fetching the policy; may be called again after {@link close}. Never throws.
   *
   * @param fallback policy of the plugin's options, in force while the store has none
   */
  start(log: Pick<Logger, 'info' | 'warn'>, fallback: SamplingPolicy): void;
  /** Releases timers and connections, in bounded time; may be called twice. */
  close(): Promise<void>;
}

/** Returns a store whose policy never changes and which counts for one worker. */
export function constantPolicyStore(policy: SamplingPolicy): PolicyStore {
  const slow = createFollowUps();
  return Object.freeze({
    current: () => policy,
    counters: createWindowCounter(),
    markSlow: (jobName: string) => slow.arm(jobName, 1),
    wasSlow: (jobName: string) => slow.take(jobName),
    start: () => {},
    close: async () => {},
  });
}

/** Number of running workers by store: a shared store is closed with the last of them. */
const USERS = new WeakMap<PolicyStore, number>();

/**
 * Starts the store for one more worker. Never throws: a store of the user's own that breaks its contract must not
 * stop a worker.
 *
 * @returns a function that the worker calls once when it stops; its promise never rejects
 */
export function useStore(
  store: PolicyStore,
  log: Pick<Logger, 'info' | 'warn'>,
  fallback: SamplingPolicy,
): () => Promise<void> {
  const warn = (what: string, error: unknown) =>
    log.warn(`temporal-job-tracing: the policyStore could not be ${what}: ${String(error)}`);
  const users = USERS.get(store) ?? 0;
  USERS.set(store, users + 1);
  try {
    if (users === 0) store.start(log, fallback);
  } catch (error) {
    warn('started, so its policy may not change while the worker runs', error);
  }
  return async () => {
    const left = (USERS.get(store) ?? 1) - 1;
    USERS.set(store, left);
    try {
      if (left === 0) await store.close();
    } catch (error) {
      warn('closed', error);
    }
  };
}
