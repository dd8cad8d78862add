/**
 * The runs of a job: open ones from the poller, closed ones from the index.
 */
import { defined } from '../../../core/util/defined';
import type { ClosedState } from '../../store/index';
import type { FoundRun, OpenRun } from '../../temporal/execution';
import type { JobFilter, JobPage, RunState } from '../../types';
import { type ConsoleData, problemsOf } from '../console-data';
import { findJob } from './jobs';
import { hasBegun, runRow } from './run-row';

const PAGE_SIZE = 100;

export interface JobRequest {
  readonly job: string;
  readonly namespace: string | undefined;
  readonly filter: JobFilter;
  readonly cursor: string | undefined;
}

/** Builds the page of a job; `undefined` if the job is not known. */
export async function jobPage(data: ConsoleData, request: JobRequest): Promise<JobPage | undefined> {
  const found = await findJob(data, request.job, request.namespace);
  if (!found) return undefined;
  const { parts, row } = found;
  const at = Date.now();
  const { filter, cursor } = request;
  const { result, trigger, ...others } = filter;
  const closedStates = result.filter((state): state is ClosedState => state !== 'running');
  const includesClosed = result.length === 0 || closedStates.length > 0;
  const open = cursor === undefined ? parts.open.filter((run) => matchesFilter(run, filter, at)) : [];
  const page = includesClosed
    ? await data.index.runs({
        namespace: parts.namespace.name,
        job: request.job,
        limit: PAGE_SIZE,
        ...others,
        ...(closedStates.length > 0 && { states: closedStates }),
        ...(trigger.length > 0 && { triggers: trigger }),
        ...defined({ cursor }),
      })
    : { runs: [] };
  parts.namespace.forgotten.check(page.runs);
  const closed = new Set(page.runs.map(({ runId }) => runId));
  const stillOpen = open.filter(({ runId }) => !closed.has(runId));
  const runs: FoundRun[] = [...stillOpen.sort((a, b) => b.startedAt - a.startedAt), ...page.runs];
  return {
    at,
    job: row,
    filter,
    runs: runs.map((run) => runRow(run, row.usualMs, at)),
    ...('cursor' in page && defined({ cursor: page.cursor })),
    problems: problemsOf([parts.namespace]),
  };
}

function matchesFilter(
  run: OpenRun,
  { result, trigger, minMs = 0, maxMs, q }: JobFilter,
  nowMs: number,
): boolean {
  const durationMs = runRow(run, undefined, nowMs).durationMs;
  return (
    hasBegun(run, nowMs) &&
    (result.length === 0 || result.includes('running' satisfies RunState)) &&
    (trigger.length === 0 || trigger.includes(run.trigger ?? '')) &&
    durationMs >= minMs &&
    durationMs <= (maxMs ?? Number.POSITIVE_INFINITY) &&
    (q === undefined || `${run.workflowId} ${run.reason ?? ''}`.toLowerCase().includes(q.toLowerCase()))
  );
}
