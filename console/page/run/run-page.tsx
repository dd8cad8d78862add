/**
 * `/runs/:runId`: a run, with the slow and broken parts of it.
 */
import type { RunPage as Answer, RunLinks } from '../../types';
import { address, go, parameter, paths } from '../address';
import { setClock } from '../clock';
import { useKeys } from '../keyboard';
import { Pending, Problems } from '../parts/messages';
import { Property } from '../parts/property';
import { State, StateIcon } from '../parts/state';
import { Ago, Time } from '../parts/time';
import { useTitle } from '../parts/title';
import { COUNTING_MS, useResource } from '../resource';
import { Waterfall } from '../waterfall/waterfall';
import { ErrorBox } from './error-box';
import { FailedShards } from './failed-shards';
import { PathTable } from './path-table';
import { SentenceLine } from './sentence-line';
import { WaitReasons } from './wait-reasons';

export function RunPage({ runId }: { readonly runId: string }) {
  const namespace = parameter('namespace');
  const base = `/api/runs/${encodeURIComponent(runId)}`;
  const path = namespace === undefined ? base : `${base}?namespace=${encodeURIComponent(namespace)}`;
  const page = useResource<Answer>(
    path,
    (change, data) => {
      if (change.name === 'runs') return change.data.runIds.includes(runId);
      if (change.name === 'traces')
        return data !== undefined && change.data.traceIds.includes(data.run.traceId);
      return change.name === 'status';
    },
    COUNTING_MS,
    (data) => data?.run.state === 'running',
  );
  const { data } = page;
  if (data) setClock(data.at);
  useTitle(data ? `${data.run.job}: ${data.sentence.text}` : 'Run');
  useKeys({
    '[': data?.links.previous && (() => go(paths.run(data.links.previous?.runId ?? '', data.run.namespace))),
    ']': data?.links.next && (() => go(paths.run(data.links.next?.runId ?? '', data.run.namespace))),
  });
  return (
    <main>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/">Jobs</a>
        {data && <a href={paths.job(data.run.job, data.run.namespace)}>{data.run.job}</a>}
        {data?.links.parent && (
          <a href={paths.run(data.links.parent.runId, data.links.parent.namespace)}>
            {data.links.parent.text}
          </a>
        )}
      </nav>
      <Pending resource={page} what="the run" />
      {data && <Run page={data} base={base} key={address.value.pathname} />}
    </main>
  );
}

function Run({ page, base }: { readonly page: Answer; readonly base: string }) {
  const { run, sentence, error, shards, timeline, links, properties, spansNote } = page;
  return (
    <>
      <div class="head">
        <h1>{run.job}</h1>
        <State state={run.state} />
        <p class="quiet">
          {run.startedAt > page.at ? 'starts' : 'started'} <Time at={run.startedAt} />,{' '}
          <Ago at={run.startedAt} />
          {run.trigger !== undefined && `, by ${run.trigger}`}
          {run.attempt !== undefined && run.attempt > 1 && `, attempt ${run.attempt}`}
        </p>
        <Links links={links} traceId={run.traceId} />
      </div>
      <Problems problems={page.problems} />
      <SentenceLine sentence={sentence} />
      <WaitReasons reasons={page.waiting} />
      {error && <ErrorBox error={error} />}
      {shards && <FailedShards shards={shards} namespace={run.namespace} />}
      {sentence.table.length > 0 && <PathTable sentence={sentence} />}
      {spansNote !== undefined && <p class="note">{spansNote}</p>}
      <Waterfall timeline={timeline} detailsPath={base} namespace={run.namespace} />
      <details class="all-properties">
        <summary>About this run</summary>
        <dl class="pairs">
          {run.sampling && <Property name="spans">{run.sampling.text}</Property>}
          {properties.map(({ name, value }) => (
            <Property key={name} name={name}>
              {value}
            </Property>
          ))}
          <Property name="run id">
            <code>{run.runId}</code>
          </Property>
          <Property name="TraceId">
            <code>{run.traceId}</code>
          </Property>
        </dl>
      </details>
    </>
  );
}

function Links({ links, traceId }: { readonly links: RunLinks; readonly traceId: string }) {
  const { previous, next, webUi, trace, attempts } = links;
  return (
    <nav class="links" aria-label="Other views of this run">
      {previous && (
        <a href={paths.run(previous.runId, previous.namespace)} title="Key [">
          ← {previous.state && <StateIcon state={previous.state} />} previous run
        </a>
      )}
      {next && (
        <a href={paths.run(next.runId, next.namespace)} title="Key ]">
          {next.state && <StateIcon state={next.state} />} next run →
        </a>
      )}
      {attempts.map(({ runId, namespace, text, state }) => (
        <a key={runId} href={paths.run(runId, namespace)}>
          {state && <StateIcon state={state} />} {text}
        </a>
      ))}
      <a href={paths.trace(traceId)}>trace</a>
      {trace !== undefined && <a href={trace}>trace in your back end ↗</a>}
      {webUi !== undefined && <a href={webUi}>Web UI ↗</a>}
    </nav>
  );
}
