/**
 * The list of jobs, from the index and the open runs.
 */
import { defined } from '../../../core/util/defined';
import type { IndexedJob } from '../../store/index';
import type { OpenRun } from '../../temporal/execution';
import type { JobSchedule, JobSchedules } from '../../temporal/schedules';
import type { JobKind, JobList, JobRow } from '../../types';
import { type ConsoleData, type NamespaceData, namespacesOf, problemsOf, usualOfJob } from '../console-data';
import { hasBegun, runBar, runRow } from './run-row';

const MAX_JOBS = 2_000;
const MAX_BARS = 30;

interface JobParts {
  readonly namespace: NamespaceData;
  readonly job: string;
  readonly indexed: IndexedJob | undefined;
  readonly open: readonly OpenRun[];
}

/** Builds the list, the most urgent jobs first. */
export async function jobList(data: ConsoleData, namespace: string | undefined): Promise<JobList> {
  const namespaces = namespacesOf(data, namespace);
  const at = Date.now();
  const parts = await jobParts(data, namespaces);
  const rows = parts.map((part) => jobRow(part, at)).sort(byUrgency);
  return {
    at,
    jobs: rows.slice(0, MAX_JOBS),
    more: Math.max(0, rows.length - MAX_JOBS),
    isFilling: namespaces.some(({ poller }) => poller.fill === undefined),
    problems: problemsOf(namespaces),
  };
}

/** Finds a job; `undefined` if it is not known. */
export async function findJob(
  data: ConsoleData,
  job: string,
  namespace: string | undefined,
): Promise<{ readonly row: JobRow; readonly parts: JobParts } | undefined> {
  const parts = (await jobParts(data, namespacesOf(data, namespace))).find((part) => part.job === job);
  return parts && { parts, row: jobRow(parts, Date.now()) };
}

async function jobParts(data: ConsoleData, namespaces: readonly NamespaceData[]): Promise<JobParts[]> {
  // Read before the index, so that a run that ends meanwhile is in one of them.
  const openRuns = new Map(namespaces.map((each) => [each, [...each.poller.openRuns.values()]]));
  const indexed = await data.index.jobs(namespaces.map(({ name }) => name));
  return namespaces.flatMap((namespace) => {
    const closed = new Map(
      indexed.filter((each) => each.namespace === namespace.name).map((each) => [each.job, each]),
    );
    const open = new Map<string, OpenRun[]>();
    for (const run of openRuns.get(namespace) ?? []) {
      if (closed.get(run.job)?.recent.some(({ runId }) => runId === run.runId)) continue;
      const runs = open.get(run.job);
      if (runs) runs.push(run);
      else open.set(run.job, [run]);
    }
    const names = new Set([...closed.keys(), ...open.keys(), ...namespace.poller.schedules.byJob.keys()]);
    return [...names].map((job) => ({ namespace, job, indexed: closed.get(job), open: open.get(job) ?? [] }));
  });
}

function jobRow({ namespace, job, indexed, open }: JobParts, nowMs: number): JobRow {
  const usual = usualOfJob(indexed?.successMs ?? []);
  const begun = open.filter((run) => hasBegun(run, nowMs)).sort((a, b) => b.startedAt - a.startedAt);
  const [newest] = begun;
  const last = newest && newest.startedAt >= (indexed?.last.startedAt ?? 0) ? newest : indexed?.last;
  const schedule = scheduleOf(namespace.poller.schedules, job, last ?? open[0]);
  const waiting = open.filter((run) => !hasBegun(run, nowMs)).map(({ dueAt }) => dueAt);
  const nextDueAt = schedule?.nextDueAt ?? (waiting.length > 0 ? Math.min(...waiting) : undefined);
  const bars = [...begun.map((run) => runBar(run, nowMs)), ...(indexed?.recent ?? [])]
    .sort((a, b) => a.startedAt - b.startedAt)
    .slice(-MAX_BARS);
  return {
    namespace: namespace.name,
    job,
    kind: schedule?.kind ?? kindByTrigger(last ?? open[0]),
    bars,
    running: begun.length,
    failingRuns: indexed?.failingRuns ?? 0,
    alerts: alertsOf(namespace, job),
    ...defined({
      scheduleId: schedule?.scheduleId ?? last?.scheduleId,
      schedule: schedule?.text,
      isPaused: schedule?.isPaused,
      nextDueAt,
      last: last && runRow(last, usual?.medianMs, nowMs),
      usualMs: usual?.medianMs,
    }),
  };
}

/** Returns the types of the job's open alerts, as last read. */
function alertsOf({ incidents }: NamespaceData, job: string): JobRow['alerts'] {
  const incident = incidents.known.find(
    ({ kind, name, open }) => kind === 'job' && name === job && open?.length,
  );
  return [...new Set((incident?.open ?? []).map(({ type }) => type as JobRow['alerts'][number]))];
}

type AnyRun = OpenRun | IndexedJob['last'];

/** Returns the schedule of the job; `undefined` if the server lists none. */
function scheduleOf(
  { byJob, bySchedule }: JobSchedules,
  job: string,
  run: AnyRun | undefined,
): JobSchedule | undefined {
  const found = byJob.get(job);
  if (found) return found;
  if (run?.scheduleId !== undefined) return bySchedule.get(run.scheduleId);
  return undefined;
}

function kindByTrigger(run: AnyRun | undefined): JobKind {
  if (run?.scheduleId !== undefined || run?.trigger === 'schedule') return 'schedule';
  return run?.trigger === 'cron' || (run?.state === 'running' && run.dueAt > Date.now()) ? 'cron' : 'start';
}

function isInTrouble({ failingRuns, alerts }: JobRow): boolean {
  return failingRuns > 0 || alerts.length > 0;
}

/** Orders jobs in trouble first, then running ones, then by name. */
function byUrgency(a: JobRow, b: JobRow): number {
  return (
    Number(isInTrouble(b)) - Number(isInTrouble(a)) ||
    Number(b.running > 0) - Number(a.running > 0) ||
    a.job.localeCompare(b.job) ||
    a.namespace.localeCompare(b.namespace)
  );
}
