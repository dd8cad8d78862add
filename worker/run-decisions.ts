/**
 * The policy's decisions of one worker, by run: for tasks that fail and ask again, and for what the history does
 * not tell of a run (its rate and its rule). Bounded; a worker that takes a run over does not know them.
 */

import { setBounded } from '../core/util/bounded-map';
import type { SamplingDecision } from '../sampling/decide';
import { traceStateOfRatio } from '../sampling/ratio';

/** Runs that are remembered; beyond it the oldest is forgotten. */
const MAX_RUNS = 10_000;
/** Ratios whose trace state is remembered: a policy has few. */
const MAX_RATIOS = 100;

/** A decision with the rule that it was made by. */
export interface RuledDecision extends SamplingDecision {
  readonly ratio: number;
  /** The job name or pattern that the rule is written under; `undefined`: the policy's default. */
  readonly pattern: string | undefined;
}

export interface RunDecisions {
  /** `undefined`: decided by another worker, or long ago, or not by the policy. */
  find(runId: string): RuledDecision | undefined;
  remember(runId: string, traceId: string, decision: RuledDecision): void;
  /** The run was decided about otherwise after all. */
  forget(runId: string, traceId: string): void;
  /**
   * The trace state of a trace that the ratio alone let through: the threshold of consistent probability sampling.
   * `undefined` for others, and where it is not known for sure.
   *
   * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
   */
  traceState(traceId: string): string | undefined;
}

export function createRunDecisions(): RunDecisions {
  const decisions = new Map<string, RuledDecision>();
  /** By trace: after a reset that is not named after the run that was decided about last. */
  const traceStates = new Map<string, string>();
  const traceStateOf = createTraceStates();
  return Object.freeze({
    find: (runId: string) => decisions.get(runId),
    remember(runId: string, traceId: string, decision: RuledDecision) {
      setBounded(decisions, runId, decision, MAX_RUNS);
      const traceState = traceStateOf(decision);
      if (traceState === undefined) traceStates.delete(traceId);
      else setBounded(traceStates, traceId, traceState, MAX_RUNS);
    },
    forget(runId: string, traceId: string) {
      decisions.delete(runId);
      traceStates.delete(traceId);
    },
    traceState: (traceId: string) => traceStates.get(traceId),
  });
}

/** Trace states of decisions, each worked out once for its ratio. */
function createTraceStates(): (decision: RuledDecision) => string | undefined {
  const byRatio = new Map<number, string | undefined>();
  return ({ sampled, reason, ratio }) => {
    const isByRatio = sampled && (reason === 'default' || reason === 'rule');
    if (!isByRatio) return undefined;
    if (!byRatio.has(ratio)) setBounded(byRatio, ratio, traceStateOfRatio(ratio), MAX_RATIOS);
    return byRatio.get(ratio);
  };
}
