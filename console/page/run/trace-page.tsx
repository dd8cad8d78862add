/**
 * `/traces/:traceId`: the waterfall of a trace, with the run that it belongs to.
 */
import type { TracePage as Answer } from '../../types';
import { parameter, paths } from '../address';
import { setClock } from '../clock';
import { Pending, Problems } from '../parts/messages';
import { State } from '../parts/state';
import { Time } from '../parts/time';
import { useTitle } from '../parts/title';
import { useResource } from '../resource';
import { Waterfall } from '../waterfall/waterfall';

export function TracePage({ traceId }: { readonly traceId: string }) {
  const namespace = parameter('namespace');
  const base = `/api/traces/${encodeURIComponent(traceId)}`;
  const path = namespace === undefined ? base : `${base}?namespace=${encodeURIComponent(namespace)}`;
  const page = useResource<Answer>(path, (change, data) => {
    if (change.name === 'traces') return change.data.traceIds.includes(traceId.toLowerCase());
    return change.name === 'runs' && data?.run !== undefined && change.data.runIds.includes(data.run.runId);
  });
  const { data } = page;
  if (data) setClock(data.at);
  useTitle(`Trace ${traceId.slice(0, 8)}`);
  const run = data?.run;
  return (
    <main>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href="/">Jobs</a>
        {run && <a href={paths.job(run.job, run.namespace)}>{run.job}</a>}
        {run && <a href={paths.run(run.runId, run.namespace)}>run</a>}
      </nav>
      <div class="head">
        <h1>Trace</h1>
        <code class="quiet">{traceId}</code>
        {data && data.timeline.rows.length > 0 && (
          <nav class="links" aria-label="Other forms of this trace">
            <a href={`${base}.json`}>as OTLP JSON</a>
          </nav>
        )}
      </div>
      <Pending resource={page} what="the trace" />
      {data && (
        <>
          <Problems problems={data.problems} />
          {run && (
            <p>
              The trace of <a href={paths.run(run.runId, run.namespace)}>a run of {run.job}</a>,{' '}
              <State state={run.state} />, started <Time at={run.startedAt} />.
            </p>
          )}
          {data.spansNote !== undefined && <p class="note">{data.spansNote}</p>}
          {data.timeline.rows.length > 0 && (
            <Waterfall timeline={data.timeline} detailsPath={base} namespace={run?.namespace} />
          )}
        </>
      )}
    </main>
  );
}
