/**
 * Port to the place where the sampling policy lives, and its adapter for a policy that never changes.
 *
 * A store answers from memory, at once: it is asked on the way of every run's first task. What fetches a
 * policy from elsewhere does so beside it.
 */
import type { Logger } from '@temporalio/common';
import { createFollowUps } from './follow-ups';
import type { SamplingPolicy } from './policy';
import { createWindowCounter, type WindowCounter } from './windows';

export interface PolicyStore {
  /** The policy in force now, the same object until it changes. Never throws, never waits. */
  current(): SamplingPolicy;
  /** Behind reservoirs and caps; the keys are `reservoir:` and `cap:` with the job name. */
  readonly counters: WindowCounter;
  /** Notes that a run of this job was slow. Never throws, never waits. */
  markSlow(jobName: string): void;
  /** Takes the note; `false`: there is none. Never throws, never waits. */
  wasSlow(jobName: string): boolean;
  /**
   * Begins to fetch; may be called again after {@link close}. Never throws.
   *
   * @param fallback the policy of the plugin's options, for as long as the store has none of its own
   */
  start(log: Pick<Logger, 'info' | 'warn'>, fallback: SamplingPolicy): void;
  /** Lets go of timers and connections, in bounded time; may be called twice. */
  close(): Promise<void>;
}

/** A store whose policy never changes and whose counts are one worker's. */
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

/** How many running workers use a store: one given to several workers is closed with the last of them. */
const USERS = new WeakMap<PolicyStore, number>();

/** Starts the store for one more worker; returns what that worker calls once when it stops. */
export function useStore(
  store: PolicyStore,
  log: Pick<Logger, 'info' | 'warn'>,
  fallback: SamplingPolicy,
): () => Promise<void> {
  const users = USERS.get(store) ?? 0;
  USERS.set(store, users + 1);
  if (users === 0) store.start(log, fallback);
  return async () => {
    const left = (USERS.get(store) ?? 1) - 1;
    USERS.set(store, left);
    if (left === 0) await store.close();
  };
}
