/**
 * `/`: the jobs, those in trouble first.
 */

import { countText, durationText } from '../../timeline/durations';
import type { JobList, JobRow } from '../../types';
import { parameter, paths, show, withParameters } from '../address';
import { TYPE_WORDS } from '../alerts/words';
import { setClock } from '../clock';
import { useRowKeys } from '../keyboard';
import { RunBars } from '../parts/bars';
import { FindField } from '../parts/find-field';
import { Pending, Problems } from '../parts/messages';
import { isBad, State } from '../parts/state';
import { Ago } from '../parts/time';
import { useTitle } from '../parts/title';
import { useResource } from '../resource';
import { howStarted } from './kind';
import { NextDue } from './next-due';
import { TimesUsual } from './times-usual';

export function JobsPage() {
  const namespace = parameter('namespace');
  const query = namespace === undefined ? '' : `?namespace=${encodeURIComponent(namespace)}`;
  const list = useResource<JobList>(`/api/jobs${query}`, ({ name }) => name !== 'traces' && name !== 'again');
  const { data } = list;
  if (data) setClock(data.at);
  const find = parameter('q')?.toLowerCase() ?? '';
  const onlyFailed = parameter('failed') !== undefined;
  const jobs = (data?.jobs ?? []).filter(
    (row) => row.job.toLowerCase().includes(find) && !(onlyFailed && !isInTrouble(row)),
  );
  useTitle('Jobs');
  useRowKeys({ f: () => show({ failed: onlyFailed ? undefined : '1' }) });
  const failing = data?.jobs.filter(isInTrouble).length ?? 0;
  return (
    <main>
      <div class="head">
        <h1>Jobs</h1>
        {data && (
          <p class="quiet" role="status">
            {countText(data.jobs.length + data.more)} {data.jobs.length === 1 ? 'job' : 'jobs'}
            {failing > 0 && (
              <>
                , <strong class="bad">{failing} in trouble</strong>
              </>
            )}
          </p>
        )}
        <div class="tools">
          <a
            class="chip"
            href={withParameters({ failed: onlyFailed ? undefined : '1' })}
            aria-current={onlyFailed}
          >
            Only in trouble <kbd>f</kbd>
          </a>
          <FindField label="Find a job" />
        </div>
      </div>
      <Pending resource={list} what="the jobs" />
      {data && <Problems problems={data.problems} />}
      {data?.isFilling && (
        <p class="note" role="status">
          Past runs are still being read from Temporal, the newest first.
        </p>
      )}
      {data && jobs.length > 0 && <JobTable jobs={jobs} hasNamespaces={hasSeveralNamespaces(data)} />}
      {data && jobs.length === 0 && <NoJobs list={data} />}
      {data && data.more > 0 && <p class="quiet">+ {countText(data.more)} more jobs</p>}
    </main>
  );
}

/** Whether the job fails or has open alerts. */
function isInTrouble({ failingRuns, alerts }: JobRow): boolean {
  return failingRuns > 0 || alerts.length > 0;
}

function hasSeveralNamespaces({ jobs }: JobList): boolean {
  return new Set(jobs.map(({ namespace }) => namespace)).size > 1;
}

function NoJobs({ list }: { readonly list: JobList }) {
  if (list.jobs.length > 0) return <p class="empty">No matching jobs.</p>;
  if (list.isFilling) return null;
  return (
    <div class="empty">
      <p>No job has run here yet.</p>
      <p class="quiet">
        A job is a workflow that runs on a schedule, a cron or a <code>scheduledJob</code>, on a worker with
        the plugin of temporal-job-tracing. Its runs appear here automatically.
      </p>
    </div>
  );
}

function JobTable({
  jobs,
  hasNamespaces,
}: {
  readonly jobs: readonly JobRow[];
  readonly hasNamespaces: boolean;
}) {
  return (
    <table class="list jobs">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Last 30 runs</th>
          <th scope="col">Last run</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col" class="number">
            Usually
          </th>
          <th scope="col" class="number">
            Next due
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <Row key={`${job.namespace} ${job.job}`} job={job} hasNamespaces={hasNamespaces} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ job, hasNamespaces }: { readonly job: JobRow; readonly hasNamespaces: boolean }) {
  const { last, usualMs, failingRuns, running } = job;
  return (
    <tr class={isInTrouble(job) ? 'is-failing' : ''}>
      <th scope="row">
        <a class="row-link" href={paths.job(job.job, job.namespace)}>
          {job.job}
        </a>
        {job.alerts.length > 0 && (
          <a class="above alert-tag" href={paths.alerts(job.job)}>
            {job.alerts.map((type) => TYPE_WORDS[type].open).join(', ')}
          </a>
        )}
        <span class="quiet">
          {howStarted(job)}
          {hasNamespaces && `, ${job.namespace}`}
        </span>
      </th>
      <td class="bars-cell">
        <RunBars bars={job.bars} namespace={job.namespace} usualMs={usualMs} />
      </td>
      <td>
        {last && (
          <>
            <a class="above" href={paths.run(last.runId, last.namespace)}>
              <State state={last.state} />
            </a>
            <span class="quiet">
              {failingRuns > 1 && isBad(last.state) ? `${failingRuns} in a row, ` : ''}
              <Ago at={last.startedAt} />
              {running > 1 && `, ${countText(running)} running`}
            </span>
          </>
        )}
      </td>
      <td class="number">
        {last && durationText(last.durationMs)}
        {last?.timesUsual !== undefined && <TimesUsual times={last.timesUsual} />}
      </td>
      <td class="number">{usualMs === undefined ? <span class="quiet">–</span> : durationText(usualMs)}</td>
      <td class="number">
        <NextDue job={job} />
      </td>
    </tr>
  );
}
