/**
 * Port to the place where the sampling policy lives.
 *
 * A store answers from memory, at once: it is asked on the way of every run's first task. What fetches a
 * policy from elsewhere does so beside it.
 */
import type { SamplingPolicy } from './sampling';

export interface PolicyStore {
  /** The policy in force now. Never throws, never waits. */
  current(): SamplingPolicy;
  /** Lets go of timers and connections; may be called twice. */
  close(): Promise<void>;
}

/** A store whose policy never changes. */
export function constantPolicyStore(policy: SamplingPolicy): PolicyStore {
  return Object.freeze({ current: () => policy, close: async () => {} });
}
