/**
 * The routes of the JSON API: they read parameters and call the views.
 */
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { grpcStatusOf } from '../../../client/grpc-status';
import { isTraceId } from '../../../core/trace-id';
import type { JobFilter, RunState } from '../../types';
import type { ConsoleData } from '../console-data';
import { otlpJson } from '../otlp-json';
import { alertsPage } from '../views/alerts';
import { jobPage } from '../views/job';
import { jobList } from '../views/jobs';
import { RunView } from '../views/run';
import { consoleStatus } from '../views/status';
import { tracePage, traceRow } from '../views/trace';
import { refuse } from './access';

const STATES: ReadonlySet<string> = new Set<RunState>([
  'running',
  'success',
  'failure',
  'timeout',
  'cancellation',
  'termination',
  'continued',
  'unknown',
]);
const MAX_FILTERS = 20;
const MAX_TEXT = 200;

export function apiRoutes(data: ConsoleData): Hono {
  const app = new Hono();
  const runs = new RunView(data);
  app.use('/api/*', async (c, next) => {
    c.header('cache-control', 'no-store');
    if (c.req.method === 'GET') return next();
    return refuse(c, 405, `The API is read-only: GET was expected, got ${c.req.method}.`);
  });
  app.use('/api/*', async (c, next) => (c.req.path === '/api/events' ? next() : compress()(c, next)));
  app.get('/api/status', async (c) => c.json(await consoleStatus(data)));
  app.get('/api/jobs', async (c) => c.json(await jobList(data, c.req.query('namespace'))));
  app.get('/api/alerts', async (c) => c.json(await alertsPage(data, c.req.query('namespace'))));
  app.get('/api/jobs/:job', async (c) => {
    const job = c.req.param('job');
    const { namespace, cursor } = c.req.query();
    const page = await jobPage(data, { job, namespace, cursor, filter: filterOf(c.req) });
    return page ? c.json(page) : refuse(c, 404, `No run of the job ${job} is known.`);
  });
  app.get('/api/runs/:runId', async (c) => {
    const runId = c.req.param('runId').toLowerCase();
    const page = await runs.page(runId, c.req.query('namespace'));
    return page ? c.json(page) : refuse(c, 404, notFound(data, `No run ${runId} is known`));
  });
  app.get('/api/runs/:runId/rows/:row', async (c) => {
    const { runId, row } = c.req.param();
    const details = await runs.row(runId.toLowerCase(), row, c.req.query('namespace'));
    return details ? c.json(details) : refuse(c, 404, `The run ${runId} has no row ${row}.`);
  });
  app.get('/api/traces/:file{.+\\.json}', async (c) => {
    const traceId = c.req.param('file').slice(0, -'.json'.length).toLowerCase();
    if (!isTraceId(traceId)) return refuse(c, 400, wrongTraceId(traceId));
    const trace = await data.traces.trace(traceId);
    return trace
      ? c.json(otlpJson(trace))
      : refuse(c, 404, `No span of the trace ${traceId} is stored here.`);
  });
  app.get('/api/traces/:traceId', async (c) => {
    const traceId = c.req.param('traceId').toLowerCase();
    if (!isTraceId(traceId)) return refuse(c, 400, wrongTraceId(traceId));
    return c.json(await tracePage(data, traceId, c.req.query('namespace')));
  });
  app.get('/api/traces/:traceId/rows/:row', async (c) => {
    const { traceId, row } = c.req.param();
    const details = isTraceId(traceId.toLowerCase())
      ? await traceRow(data, traceId.toLowerCase(), row)
      : undefined;
    return details ? c.json(details) : refuse(c, 404, `The trace ${traceId} has no row ${row}.`);
  });
  app.all('/api/*', (c) => refuse(c, 404, `There is nothing at ${c.req.path}.`));
  app.onError((error, c) =>
    grpcStatusOf(error) === undefined
      ? refuse(c, 500, `The console could not answer: ${error.message}`)
      : refuse(c, 503, `Temporal could not be asked: ${error.message}`),
  );
  return app;
}

function wrongTraceId(traceId: string): string {
  return `traceId: expected 32 hex digits that are not all 0, got ${JSON.stringify(traceId.slice(0, MAX_TEXT))}.`;
}

function notFound({ namespaces }: ConsoleData, text: string): string {
  return `${text} in ${[...namespaces.keys()].join(', ')}: Temporal may have deleted it, or it is in another namespace.`;
}

function filterOf(req: {
  query(name: string): string | undefined;
  queries(name: string): string[] | undefined;
}): JobFilter {
  const list = (name: string) => (req.queries(name) ?? []).slice(0, MAX_FILTERS);
  const number = (name: string) => {
    const text = req.query(name);
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? { [name]: value } : {};
  };
  const q = req.query('q')?.slice(0, MAX_TEXT);
  return {
    result: list('result').filter((state): state is RunState => STATES.has(state)),
    trigger: list('trigger'),
    ...number('minMs'),
    ...number('maxMs'),
    ...(q && { q }),
  };
}
