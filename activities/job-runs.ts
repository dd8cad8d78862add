/**
 * Reads the runs of a scheduled job from visibility, for its status.
 */
import { Context } from '@temporalio/activity';
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { KEPT, type SeenRun } from '../core/jobs/messages';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import { fillTraceUrl } from '../core/trace-url';
import { defined } from '../core/util/defined';

const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', 'BOOL');

/**
 * Results by status. A run that continued as new is left out, since the next run belongs to the same tick.
 */
const RESULTS: Readonly<Partial<Record<WorkflowExecutionStatusName, SeenRun['result']>>> = {
  RUNNING: 'running',
  COMPLETED: 'success',
  FAILED: 'failure',
  CANCELLED: 'cancellation',
  TIMED_OUT: 'timeout',
  TERMINATED: 'termination',
};

/**
 * Returns the runs with these workflow ids: running ones, then the last ones that ended.
 *
 * @param traceUrl compiled template of a trace's address; empty for no links
 */
export async function readRuns(workflowIds: readonly string[], traceUrl: string): Promise<SeenRun[]> {
  const { client } = Context.current();
  const ids = workflowIds.map((id) => `'${id.replace(/['\\]/g, '\\$&')}'`);
  const runs: SeenRun[] = [];
  for await (const info of client.workflow.list({ query: `WorkflowId IN (${ids.join(', ')})` })) {
    const result = RESULTS[info.status.name];
    if (result !== undefined) runs.push(seenRun(info, result, traceUrl));
    if (runs.length >= KEPT + workflowIds.length) break;
  }
  const isOpen = ({ result }: SeenRun) => result === 'running';
  const ended = runs.filter((run) => !isOpen(run)).sort((a, b) => endOf(b) - endOf(a));
  return [...runs.filter(isOpen), ...ended.slice(0, KEPT)];
}

function seenRun(info: WorkflowExecutionInfo, result: SeenRun['result'], traceUrl: string): SeenRun {
  const { workflowId, runId, startTime, executionTime, closeTime } = info;
  const traceId = traceIdOfRun(runId);
  const sampled = info.typedSearchAttributes.get(TRACE_SAMPLED);
  const beginMs = Math.max(startTime.getTime(), executionTime?.getTime() ?? 0);
  const values = {
    ...{ traceId, runId, spanId: rootSpanIdOfRun(runId) },
    ...{ startMs: startTime.getTime(), endMs: closeTime?.getTime() },
  };
  return defined({
    ...{ workflowId, runId, traceId, result },
    trigger: workflowId.endsWith('/tick') ? ('tick' as const) : ('manual' as const),
    startedAt: startTime.toISOString(),
    durationMs: closeTime && Math.max(0, closeTime.getTime() - beginMs),
    sampled,
    url: traceUrl === '' || sampled === false ? undefined : fillTraceUrl(traceUrl, values),
  });
}

function endOf({ startedAt, durationMs = 0 }: SeenRun): number {
  return Date.parse(startedAt) + durationMs;
}
