/**
 * `/jobs/:job`: the runs of a job.
 */
import { useEffect, useState } from 'preact/hooks';
import { countText, durationText } from '../../timeline/durations';
import type { JobPage as Answer, JobRow, RunRow } from '../../types';
import { address, go, paths } from '../address';
import { setClock } from '../clock';
import { useRowKeys } from '../keyboard';
import { RunBars } from '../parts/bars';
import { Pending, Problems } from '../parts/messages';
import { Property } from '../parts/property';
import { useTitle } from '../parts/title';
import { COUNTING_MS, ReadError, read, useResource } from '../resource';
import { BAD_STATES, Filters, toggleFailed } from './filters';
import { howStarted } from './kind';
import { NextDue } from './next-due';
import { RunTable } from './run-table';

export function JobPage({ job }: { readonly job: string }) {
  const path = `/api/jobs/${encodeURIComponent(job)}${address.value.search}`;
  const page = useResource<Answer>(
    path,
    ({ name, ...change }) =>
      'data' in change && 'jobs' in change.data ? change.data.jobs.includes(job) : name === 'status',
    COUNTING_MS,
    (data) => data?.runs.some(({ state }) => state === 'running') ?? false,
  );
  const { data } = page;
  if (data) setClock(data.at);
  useTitle(job);
  const runs = data?.runs ?? [];
  useRowKeys({
    f: toggleFailed,
    e: () => open(runs.find(({ state }) => BAD_STATES.includes(state))),
    s: () => open([...runs].sort((a, b) => b.durationMs - a.durationMs)[0]),
  });
  return (
    <main>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/">Jobs</a>
      </nav>
      <div class="head">
        <h1>{job}</h1>
      </div>
      {data && <Summary job={data.job} />}
      <Filters filter={data?.filter} runs={runs} />
      <Pending resource={page} what="the runs" />
      {data && (
        <>
          <Problems problems={data.problems} />
          <Runs key={path} path={path} page={data} />
        </>
      )}
    </main>
  );
}

function open(run: RunRow | undefined): void {
  if (run) go(paths.run(run.runId, run.namespace));
}

function Summary({ job }: { readonly job: JobRow }) {
  const { usualMs, nextDueAt, isPaused, failingRuns, running } = job;
  return (
    <div class="summary">
      <RunBars bars={job.bars} namespace={job.namespace} usualMs={usualMs} />
      <dl class="properties-line">
        <Property name="trigger">{howStarted(job)}</Property>
        {usualMs !== undefined && <Property name="usually takes">{durationText(usualMs)}</Property>}
        {(isPaused || nextDueAt !== undefined) && (
          <Property name="next due">
            <NextDue job={job} />
          </Property>
        )}
        {running > 0 && <Property name="running">{countText(running)}</Property>}
        {failingRuns > 0 && (
          <Property name="failing">
            <strong class="bad">
              {failingRuns === 1 ? 'the last run' : `the last ${countText(failingRuns)} runs`}
            </strong>
          </Property>
        )}
        {job.namespace !== 'default' && <Property name="namespace">{job.namespace}</Property>}
      </dl>
    </div>
  );
}

/** The first page of runs, which is updated live, and the pages read after it. */
function Runs({ path, page }: { readonly path: string; readonly page: Answer }) {
  const [more, setMore] = useState<readonly RunRow[]>([]);
  const [cursor, setCursor] = useState(page.cursor);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (more.length === 0) setCursor(page.cursor);
  }, [page.cursor]);
  const readMore = async () => {
    try {
      const next = await read<Answer>(
        `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor ?? '')}`,
      );
      setMore([...more, ...next.runs]);
      setCursor(next.cursor);
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof ReadError ? error.message : String(error));
    }
  };
  const first = new Set(page.runs.map(({ runId }) => runId));
  const runs = [...page.runs, ...more.filter(({ runId }) => !first.has(runId))];
  if (runs.length === 0) return <p class="empty">No matching runs.</p>;
  return (
    <>
      <RunTable runs={runs} />
      {failure !== undefined && (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
      {cursor !== undefined && (
        <button type="button" class="more" onClick={() => void readMore()}>
          Earlier runs
        </button>
      )}
    </>
  );
}
