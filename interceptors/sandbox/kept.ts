/**
 * Kept runs: a run that was not sampled, but fails or takes long, still leaves its root span.
 *
 * Sandbox code. Asked once, at the moment when the workflow function settles, so that the answer's commands
 * stand before the run's final one; the answer is a marker in the history like the decision itself. Only bound
 * runs are kept: without a marker of its own, a run cannot be told from one that was begun without the plugin.
 */
import {
  ContinueAsNew,
  isCancellation,
  patched,
  TemporalFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { KEPT_FAILED, KEPT_SLOW, type KeptReason } from '../shared/markers';
import { untracked } from './observe';
import { attributesOfKept } from './run-attributes';
import type { RunState } from './run-state';

/** A shorter run is never asked about: its end must cost nothing. Rules have this as their lower bound. */
const MIN_SLOW_MS = 100;

/** Watches the end of the workflow function of a run that is not sampled; returns `promise` itself. */
export function watchEnd<T>(promise: Promise<T>, state: RunState): Promise<T> {
  const { run } = state;
  if (run === undefined || run.root.sampled || !run.bound || run.kind === 'child') return promise;
  void untracked(
    promise.then(
      () => keep(state, false),
      (error: unknown) => {
        const end = endOf(error);
        if (end !== 'none') keep(state, end === 'failed');
      },
    ),
  );
  return promise;
}

function keep(state: RunState, failed: boolean): void {
  const reason = ask(failed, Date.now() - state.startMs);
  if (reason === undefined) return;
  state.kept = reason;
  upsertSearchAttributes(attributesOfKept());
}

function ask(failed: boolean, tookMs: number): KeptReason | undefined {
  if (failed && patched(KEPT_FAILED)) return 'kept-failed';
  if (tookMs >= MIN_SLOW_MS && patched(KEPT_SLOW)) return 'kept-slow';
  return undefined;
}

/** The part of the SDK's `Activator` that tells a failing run from a failing task; not public there. */
interface FailureRules {
  readonly cancelled: boolean;
  /** Options `workflowFailureErrorTypes` and `failureExceptionTypes`. */
  isConfiguredFailureException(error: unknown): boolean;
}

/**
 * What the SDK makes of an error of the workflow function. A run that was cancelled or continues as new has not
 * failed, but may have been slow; with `none` the task fails, and is tried again.
 */
function endOf(error: unknown): 'failed' | 'ended' | 'none' {
  const activator = getActivator() as unknown as FailureRules;
  if (error instanceof ContinueAsNew || (activator.cancelled && isCancellation(error))) return 'ended';
  const fails = error instanceof TemporalFailure || activator.isConfiguredFailureException(error);
  return fails ? 'failed' : 'none';
}
