/**
 * The policy's decisions of one worker, by run: needed when a failed task is retried, and for the run's ratio
 * and rule, which are not in the history. Bounded; a worker that takes over a run does not have them.
 */

import { BoundedMap } from '../core/util/bounded-map';
import type { SamplingDecision } from '../sampling/decide';
import { traceStateOfRatio } from '../sampling/ratio';

/** Most runs that are remembered; beyond that the oldest is dropped. */
const MAX_RUNS = 10_000;
/** Most ratios whose trace state is cached; a policy has few. */
const MAX_RATIOS = 100;

/** A decision with the rule that made it. */
export interface RuledDecision extends SamplingDecision {
  readonly ratio: number;
  /** Job name or pattern of the rule; `undefined` for the policy's default. */
  readonly pattern: string | undefined;
}

/** The decisions of one worker. */
export interface RunDecisions {
  /** Returns a run's decision; `undefined` if another worker made it, long ago, or not by the policy. */
  find(runId: string): RuledDecision | undefined;
  /** Stores a run's decision. */
  remember(runId: string, traceId: string, decision: RuledDecision): void;
  /** Drops a run's decision, which no longer applies. */
  forget(runId: string, traceId: string): void;
  /**
   * Returns the trace state of a trace that was sampled by the ratio alone: the threshold of consistent
   * probability sampling. `undefined` for all others, and if it is not certain.
   *
   * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
   */
  traceState(traceId: string): string | undefined;
}

/** Returns an empty store. */
export function createRunDecisions(): RunDecisions {
  const decisions = new BoundedMap<string, RuledDecision>(MAX_RUNS);
  /** Trace states by trace id, which after a reset differs from the last run id. */
  const traceStates = new BoundedMap<string, string>(MAX_RUNS);
  const traceStateOf = createTraceStates();
  return Object.freeze({
    find: (runId: string) => decisions.get(runId),
    remember(runId: string, traceId: string, decision: RuledDecision) {
      decisions.set(runId, decision);
      const traceState = traceStateOf(decision);
      if (traceState === undefined) traceStates.delete(traceId);
      else traceStates.set(traceId, traceState);
    },
    forget(runId: string, traceId: string) {
      decisions.delete(runId);
      traceStates.delete(traceId);
    },
    traceState: (traceId: string) => traceStates.get(traceId),
  });
}

/** Returns a function for the trace state of a decision, computed once per ratio. */
function createTraceStates(): (decision: RuledDecision) => string | undefined {
  const byRatio = new BoundedMap<number, string | undefined>(MAX_RATIOS);
  return ({ sampled, reason, ratio }) => {
    const isByRatio = sampled && (reason === 'default' || reason === 'rule');
    if (!isByRatio) return undefined;
    if (!byRatio.has(ratio)) byRatio.set(ratio, traceStateOfRatio(ratio));
    return byRatio.get(ratio);
  };
}
