/**
 * Kept runs: a run that was not sampled, but fails or takes long, still leaves its root span.
 *
 * Sandbox code. Asked once, when the run's final command is known, so that no promise is made for it (the SDK
 * takes a stack trace of each); the answer is a marker in the history like the decision itself. Only bound runs are
 * kept: without a marker of its own, a run cannot be told from one that was begun without the plugin.
 */
import type { coresdk } from '@temporalio/proto';
import { patched, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { dueMsOf } from '../../core/due-time';
import { KEPT_FAILED, KEPT_SLOW, type KeptReason } from '../../sampling/markers';
import type { Run } from './run';
import { attributesOfKept } from './run-attributes';
import type { RunState } from './run-state';
import { takeCommands, withJobName } from './sdk-internals';

type Command = coresdk.workflow_commands.IWorkflowCommand;

/** A shorter run is never asked about: its end must cost nothing. Rules have this as their lower bound. */
const MIN_SLOW_MS = 1_000;

/**
 * Asks whether a run that ends with `final` is kept; if so, {@link RunState.kept} says why.
 *
 * @returns the commands that must stand before `final`
 */
export function keep(state: RunState, final: Command): Command[] {
  const { run, origin } = state;
  if (!run || !origin || run.root.sampled || !run.bound || run.kind === 'child') return [];
  const isFailed = final.failWorkflowExecution != null;
  // A run that was cancelled or continues as new has not failed, but may have been slow.
  const tookMs = Date.now() - sinceMs(state, run);
  // User code may have upserted another name by now; the rule is that of the first.
  state.kept = withJobName(origin.jobName, () => ask(isFailed, tookMs));
  if (!state.kept) return [];
  upsertSearchAttributes(attributesOfKept());
  // The activation's own commands have been taken out before: these are the marker and the upsert.
  return takeCommands();
}

/** Shards wait for their turn by intention: of them only the work itself can be slow. */
function sinceMs({ startMs }: RunState, { kind }: Run): number {
  return kind === 'shard' ? startMs : dueMsOf(workflowInfo());
}

function ask(isFailed: boolean, tookMs: number): KeptReason | undefined {
  if (isFailed && patched(KEPT_FAILED)) return 'kept-failed';
  if (tookMs >= MIN_SLOW_MS && patched(KEPT_SLOW)) return 'kept-slow';
  return undefined;
}
