/**
 * The line that a worker logs at its start: whether it traces, the destination of spans, the policy, and
 * whether runs are bound. Pure.
 */
import type { SamplingPolicy } from '../sampling/policy';
import { policyInWords } from '../sampling/words';

/** State of a worker at its start. */
export interface StartState {
  /** Whether new runs are traced on this worker. */
  readonly enabled: boolean;
  /** Destination of spans, such as `to http://localhost:4318/v1/traces`. */
  readonly destination: string;
  readonly policy: SamplingPolicy;
  /** Whether a `policyStore` replaces the policy while the worker runs. */
  readonly isLive: boolean;
  readonly bind: 'all' | 'sampled';
  /** Whether runs may be bound now. */
  readonly isBound: boolean;
  readonly namespace: string;
  readonly taskQueue: string;
}

/** Returns the line, without a line break. */
export function startLine(state: StartState): string {
  const { enabled, destination, policy, isLive, bind, isBound, namespace, taskQueue } = state;
  if (!enabled)
    return `temporal-job-tracing: tracing is off for task queue ${taskQueue}: no run begins with a trace, those begun with one go on`;
  const parts = [
    `spans go ${destination}`,
    `policy ${isLive ? 'from the policyStore; until it has been read, ' : ''}${policyInWords(policy)}`,
    `${bind === 'all' ? 'runs' : 'sampled runs'} ${isBound ? 'are' : 'are not yet'} bound in namespace ${namespace}`,
  ];
  return `temporal-job-tracing: tracing is on for task queue ${taskQueue} (${parts.join(' | ')})`;
}
