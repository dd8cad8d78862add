/**
 * Reads the runs of a scheduled job from visibility, for its status.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { type RecentRun, STATUS_LIST_LENGTH } from '../core/jobs/messages';
import { resultOfStatus } from '../core/run-result';
import { rootSpanIdOfRun, traceIdOfRun } from '../core/trace-id';
import { fillTraceUrl } from '../core/trace-url';
import { defined } from '../core/util/defined';
import { quoted } from '../core/visibility-query';

const TRACE_SAMPLED = defineSearchAttributeKey('TraceSampled', 'BOOL');

/**
 * Returns the runs with these workflow ids: running ones, then the last ones that ended.
 *
 * @param traceUrl compiled template of a trace's address; empty for no links
 */
export async function readRuns(
  client: Client,
  workflowIds: readonly string[],
  traceUrl: string,
): Promise<RecentRun[]> {
  const query = `WorkflowId IN (${workflowIds.map(quoted).join(', ')})`;
  const runs: RecentRun[] = [];
  for await (const info of client.workflow.list({ query })) {
    const { name } = info.status;
    const result = name === 'RUNNING' ? 'running' : resultOfStatus(name);
    // A run that continued as new is left out, since the next run belongs to the same tick.
    if (result !== undefined) runs.push(recentRun(info, result, traceUrl));
    if (runs.length >= STATUS_LIST_LENGTH + workflowIds.length) break;
  }
  const isOpen = ({ result }: RecentRun) => result === 'running';
  const ended = runs.filter((run) => !isOpen(run)).sort((a, b) => endOf(b) - endOf(a));
  return [...runs.filter(isOpen), ...ended.slice(0, STATUS_LIST_LENGTH)];
}

function recentRun(info: WorkflowExecutionInfo, result: RecentRun['result'], traceUrl: string): RecentRun {
  const { workflowId, runId, startTime, executionTime, closeTime } = info;
  const traceId = traceIdOfRun(runId);
  const sampled = info.typedSearchAttributes.get(TRACE_SAMPLED);
  const beginMs = Math.max(startTime.getTime(), executionTime?.getTime() ?? 0);
  return defined({
    workflowId,
    runId,
    traceId,
    result,
    trigger: workflowId.endsWith('/tick') ? ('tick' as const) : ('manual' as const),
    startedAt: startTime.toISOString(),
    durationMs: closeTime && Math.max(0, closeTime.getTime() - beginMs),
    sampled,
    url: traceUrl === '' || sampled === false ? undefined : urlOf(info, traceId, traceUrl),
  });
}

function urlOf(
  { runId, startTime, closeTime }: WorkflowExecutionInfo,
  traceId: string,
  traceUrl: string,
): string {
  return fillTraceUrl(traceUrl, {
    traceId,
    spanId: rootSpanIdOfRun(runId),
    runId,
    startMs: startTime.getTime(),
    endMs: closeTime?.getTime(),
  });
}

function endOf({ startedAt, durationMs = 0 }: RecentRun): number {
  return Date.parse(startedAt) + durationMs;
}
