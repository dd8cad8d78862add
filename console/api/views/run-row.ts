/**
 * Converts a run to the row and the bar that pages show. Pure.
 */
import { defined } from '../../../core/util/defined';
import type { FoundRun } from '../../temporal/execution';
import type { RunBar, RunRow, Sampling } from '../../types';

export function runRow(run: FoundRun, usualMs: number | undefined, nowMs: number): RunRow {
  const durationMs = durationOf(run, nowMs);
  const isClosed = run.state !== 'running';
  return {
    namespace: run.namespace,
    job: run.job,
    workflowId: run.workflowId,
    runId: run.runId,
    traceId: run.traceId,
    state: run.state,
    startedAt: run.startedAt,
    durationMs,
    isForced: run.isForced ?? false,
    isForgotten: isClosed ? (run.isForgotten ?? false) : false,
    ...defined({
      closedAt: isClosed ? run.closedAt : undefined,
      dueAt: run.dueAt,
      waitedMs: run.waitedMs,
      timesUsual: usualMs !== undefined && usualMs > 0 ? durationMs / usualMs : undefined,
      trigger: run.trigger,
      startedBy: run.startedBy,
      reason: run.reason,
      attempt: run.attempt,
      errorLine: isClosed ? run.errorLine : undefined,
      sampling: samplingOf(run),
    }),
  };
}

export function runBar(run: FoundRun, nowMs: number): RunBar {
  const { runId, state, startedAt } = run;
  return { runId, state, startedAt, durationMs: durationOf(run, nowMs) };
}

/** Whether the run has begun; a waiting cron tick has not. */
export function hasBegun(run: FoundRun, nowMs: number): boolean {
  return run.state !== 'running' || run.dueAt <= nowMs;
}

function durationOf(run: FoundRun, nowMs: number): number {
  return run.state === 'running' ? Math.max(0, nowMs - run.startedAt) : run.durationMs;
}

/** Returns the sampling decision from the run's attributes. */
function samplingOf({ sampled, samplingReason: reason }: FoundRun): Sampling | undefined {
  if (sampled === undefined) return undefined;
  const why = reason === undefined ? '' : `: ${reason}`;
  const text = sampled ? `sampled${why}` : `not sampled${why || ': the ratio of its rule'}`;
  return { sampled, text, ...defined({ reason }) };
}
