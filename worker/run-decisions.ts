/**
 * The policy's decisions of one worker, by run: for tasks that fail and ask again, and for what the history does
 * not tell of a run (its rate and its rule). Bounded; a worker that takes a run over does not know them.
 */
import { setBounded } from './bounded-map';
import type { SamplingDecision } from './policy/decide';

/** Runs that are remembered; beyond it the oldest is forgotten. */
const MAX_RUNS = 10_000;

/** A decision with the rule that it was made by. */
export interface RuledDecision extends SamplingDecision {
  readonly ratio: number;
  /** The job name or pattern that the rule is written under; `undefined`: the policy's default. */
  readonly pattern: string | undefined;
}

export interface RunDecisions {
  /** `undefined`: decided by another worker, or long ago. */
  find(runId: string): RuledDecision | undefined;
  remember(runId: string, decision: RuledDecision): void;
}

export function createRunDecisions(): RunDecisions {
  const decisions = new Map<string, RuledDecision>();
  return Object.freeze({
    find: (runId: string) => decisions.get(runId),
    remember: (runId: string, decision: RuledDecision) => setBounded(decisions, runId, decision, MAX_RUNS),
  });
}
