/**
 * Tail sampling: a run that was not sampled, but fails or takes long, exports its root span.
 *
 * Sandbox code. Decided once, when the run's final command is known, so that no promise is created for it
 * (the SDK takes a stack trace of each); the result is a marker in the history, like the decision itself.
 * Only bound runs are tail-sampled: without a marker, a run cannot be distinguished from one that was started
 * without the plugin.
 */
import { patched, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { dueMsOf } from '../../core/due-time';
import type { Command } from '../../core/sdk-types';
import { KEPT_FAILED, KEPT_SLOW, type KeptReason } from '../../sampling/markers';
import type { Run } from './run';
import { attributesOfTailSampled } from './run-attributes';
import type { RunState } from './run-state';
import { takeCommands, withJobName } from './sdk-internals';

/**
 * Shortest slow run, in milliseconds, and the lower bound of `keepSlow`: ending a shorter run must cost
 * nothing.
 */
const MIN_SLOW_MS = 1_000;

/**
 * Decides whether a run that ends with `final` is tail-sampled; if so, sets {@link RunState.tailSampled} to the
 * reason.
 *
 * @returns the commands to send before `final`
 */
export function tailSample(state: RunState, final: Command): Command[] {
  const { run, origin } = state;
  if (!run || !origin || run.root.sampled || !run.bound || run.kind === 'child') return [];
  const isFailed = final.failWorkflowExecution != null;
  // A run that was cancelled or continues as new has not failed, but may have been slow.
  const durationMs = Date.now() - sinceMs(state, run);
  // User code may have upserted another name meanwhile; the rule for the original name applies.
  state.tailSampled = withJobName(origin.jobName, () => keptReasonOf(isFailed, durationMs));
  if (!state.tailSampled) return [];
  upsertSearchAttributes(attributesOfTailSampled());
  // The activation's own commands have been taken before: only the marker and the upsert remain.
  return takeCommands();
}

/**
 * Returns when the run's duration begins, in milliseconds since the epoch: for shards, which wait by design,
 * at the first task.
 */
function sinceMs({ startMs }: RunState, { kind }: Run): number {
  return kind === 'shard' ? startMs : dueMsOf(workflowInfo());
}

/** Returns why the run is tail-sampled, by the first marker that the host allows; `undefined` if it is not. */
function keptReasonOf(isFailed: boolean, durationMs: number): KeptReason | undefined {
  if (isFailed && patched(KEPT_FAILED)) return 'kept-failed';
  if (durationMs >= MIN_SLOW_MS && patched(KEPT_SLOW)) return 'kept-slow';
  return undefined;
}
