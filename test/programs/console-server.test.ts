/**
 * The console against a real Temporal server, with spans from a worker and a service: jobs, runs, the timeline over
 * history and spans, why a run waits, the sentence.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { JobClient } from 'temporal-job-tracing/client';
import type { JobList, JobPage, RowDetails, RunPage, TracePage } from '../../console/types';
import { until } from '../../testing/until';
import { ConsoleHarness, rowTree } from '../support/console';
import { id } from '../support/runs';
import { ask, proceed } from '../support/workflows/console';

describe('the console', { concurrency: 4 }, () => {
  let harness: ConsoleHarness;

  before(async () => {
    harness = await ConsoleHarness.start();
  });
  after(() => harness.stop());

  const spansOf = ({ timeline }: RunPage) => timeline.spanCount;

  it('shows history and spans of a run as one timeline', async () => {
    const handle = await harness.start('everything', id('everything'));
    const runId = handle.firstExecutionRunId;
    const waits = await harness.page(
      runId,
      ({ waiting, timeline }) =>
        waiting[0]?.kind === 'signal' &&
        timeline.rows.some(({ kind, isOpen }) => kind === 'child' && !isOpen),
      'it awaits a signal',
    );
    match(waits.waiting[0]?.text ?? '', /waits for a signal, an update or a condition/);
    await handle.executeUpdate(ask);
    await handle.signal(proceed);
    await handle.result();
    const page = await harness.page(
      runId,
      (each) => each.run.state === 'success' && spansOf(each) === 29,
      'complete',
    );
    deepEqual(treeOf(page), EVERYTHING);
    deepEqual(page.timeline.services, ['worker', 'downstream']);
    equal(page.spansNote, undefined);
    const retried = page.timeline.rows.find(({ name }) => name === 'failBelowAttempt');
    equal(retried?.from, 'both');
    match(retried?.note ?? '', /attempt 2/);
    const [failed] = page.timeline.rows.filter(({ name }) => name === 'attempt 1');
    match(failed?.errorLine ?? '', /attempt 1 fails/);
    // Each moment of the run is on the critical path once.
    const critical = page.timeline.rows.flatMap((row) => row.critical);
    const onPath = critical.reduce((sum, { durationMs }) => sum + durationMs, 0);
    ok(Math.abs(onPath - page.sentence.totalMs) < page.sentence.totalMs * 0.05, `${onPath}`);
  });

  it('returns the details of a row from its history and its span', async () => {
    const runId = await harness.run('nightly', id('details'), [20]);
    const page = await harness.page(runId, (each) => spansOf(each) === 12, 'spans have arrived');
    const saved = page.timeline.rows.find(({ name }) => name === 'userInfoSave');
    const details = await harness.get<RowDetails>(`/api/runs/${runId}/rows/${saved?.id}`);
    equal(details.span?.service, 'downstream');
    equal(details.span?.traceId, page.run.traceId);
    const activity = page.timeline.rows.find(({ kind }) => kind === 'activity');
    const call = await harness.get<RowDetails>(`/api/runs/${runId}/rows/${activity?.id}`);
    deepEqual(
      call.properties.slice(2).map(([name]) => name),
      ['waiting', 'working'],
    );
    ok(call.span?.attributes.some(([name, value]) => name === 'job.trigger' && value === 'api'));
    const response = await fetch(`${harness.console.url}/api/runs/${runId}/rows/none`);
    equal(response.status, 404);
  });

  it('names the slow operation, compared with five usual runs', async () => {
    const job = { memo: { jobName: id('sentence') } };
    for (let n = 0; n < 5; n++) await harness.run('nightly', id(`usual-${n}`), [100], job);
    const runId = await harness.run('nightly', id('slow'), [8_000], job);
    const page = await harness.page(
      runId,
      ({ sentence, timeline }) =>
        sentence.state === 'different' && sentence.from === 'spans' && timeline.spanCount === 12,
      'the sentence is over spans',
    );
    match(
      page.sentence.text,
      /^\d[\d.]* s, usually .*\. (\d+ %|More than all) of the difference: userInfoSave in downstream \([\d.]+ s, usually [\d.]+ m?s\)\.$/,
    );
    equal(page.sentence.comparedWith.length, 5);
    const row = page.timeline.rows.find(({ id: each }) => each === page.sentence.table[0]?.row);
    equal(row?.name, 'userInfoSave');
    ok((page.run.timesUsual ?? 0) > 2);
  });

  it('shows what a run waits for', async () => {
    const [queue, backOff, timer, start] = await Promise.all([
      harness.start('hasNoWorker', id('no-worker')),
      harness.start('backsOff', id('back-off')),
      harness.start('sleeps', id('timer')),
      harness.start('nightly', id('later'), [1], { startDelay: '1 hour' }),
    ]);
    const reason = async (runId: string, kind: string) => {
      const page = await harness.page(runId, ({ waiting }) => waiting[0]?.kind === kind, kind);
      const { text, row } = page.waiting[0] ?? { text: '' };
      return { text, page, row: page.timeline.rows.find((each) => each.id === row)?.name };
    };
    const noWorker = await reason(queue.firstExecutionRunId, 'no-worker');
    match(
      noWorker.text,
      /^callDownstream has waited .* for a worker: none polls task queue a-queue-that-nobody-polls for activities\.$/,
    );
    equal(noWorker.row, 'callDownstream');
    const failing = await reason(backOff.firstExecutionRunId, 'back-off');
    match(
      failing.text,
      /^failBelowAttempt has failed 1 time, next attempt in [\d.]+ s: Error: attempt 1 fails$/,
    );
    deepEqual(
      failing.page.timeline.rows.find(({ kind }) => kind === 'activity')?.parts.map(({ state }) => state),
      ['waiting', 'failed', 'back-off'],
    );
    match((await reason(timer.firstExecutionRunId, 'timer')).text, /^A timer ends in (59 min|1 h)/);
    match((await reason(start.firstExecutionRunId, 'start')).text, /^It starts at .*, in (59 min|1 h)/);
    for (const handle of [queue, backOff, timer, start]) await handle.terminate();
  });

  it('shows why a run failed, and the row that failed', async () => {
    const runId = await harness.run('failsInside', id('fails'));
    const page = await harness.page(runId, ({ run }) => run.state === 'failure', 'it has failed');
    equal(page.error?.message, 'attempt 3 fails');
    deepEqual(page.error?.around, ['ActivityFailure: Activity task failed']);
    match(page.error?.stack ?? '', /failBelowAttempt/);
    equal(page.timeline.rows.find((row) => row.id === page.error?.row)?.name, 'failBelowAttempt');
    match(page.sentence.text, /^Failed after /);
    const listed = await until(
      async () => {
        const page = await harness.find<JobPage>('/api/jobs/failsInside');
        return page?.runs.find((run) => run.runId === runId && run.errorLine !== undefined);
      },
      { says: 'the list has no error line' },
    );
    equal(listed.errorLine, 'Error: attempt 3 fails');
    equal(listed.state, 'failure');
  });

  it('lists jobs with their runs as bars, failing ones first, and filters the runs of one', async () => {
    const job = id('listed');
    const memo = { jobName: job };
    for (let n = 0; n < 3; n++) await harness.run('nightly', id(`listed-${n}`), [1], { memo });
    await harness.run('refuses', id('listed-failed'), [], { memo });
    const row = await until(
      async () => {
        const { jobs } = await harness.get<JobList>('/api/jobs');
        const found = jobs.find((each) => each.job === job);
        return found?.bars.filter(({ state }) => state !== 'running').length === 4 ? found : undefined;
      },
      { says: 'the job with four runs that have ended is not listed' },
    );
    deepEqual(
      row.bars.map(({ state }) => state),
      ['success', 'success', 'success', 'failure'],
    );
    equal(row.kind, 'start');
    equal(row.failingRuns, 1);
    const { jobs } = await harness.get<JobList>('/api/jobs');
    const firstWell = jobs.findIndex(({ failingRuns }) => failingRuns === 0);
    ok(jobs.slice(firstWell).every(({ failingRuns }) => failingRuns === 0));
    deepEqual(
      jobs.filter((each) => /probe|mapReduceBranch|jobTick/.test(each.job)),
      [],
      'what only keeps jobs going is no job',
    );
    const path = `/api/jobs/${encodeURIComponent(job)}`;
    const failed = await harness.get<JobPage>(`${path}?result=failure`);
    deepEqual(
      failed.runs.map(({ state }) => state),
      ['failure'],
    );
    deepEqual(failed.filter, { result: ['failure'], trigger: [] });
    equal((await harness.get<JobPage>(`${path}?trigger=cron`)).runs.length, 0);
    equal((await harness.get<JobPage>(`${path}?q=${id('listed-1')}`)).runs.length, 1);
  });

  it('shows the shards of a MapReduce run below their branches, and lists those that failed', async () => {
    const settings = { onShardFailure: 'continue', shardSize: 2 };
    const runId = await harness.run('accounts', id('accounts'), [[1, 2, 3, -5, 5, 6], settings]);
    const page = await harness.page(
      runId,
      ({ shards }) => shards?.states.success === 2 && shards.states.failure === 1,
      'shards are listed',
    );
    equal(page.shards?.count, 3);
    deepEqual(
      page.shards?.failed.map(({ index, error }) => [index, error?.type]),
      [[1, 'NoAccount']],
    );
    const branch = page.timeline.rows.find(({ name }) => name === 'mapReduceBranch');
    const shards = page.timeline.rows.filter(({ name }) => name === 'accountShard');
    equal(shards.length, 3);
    ok(branch && shards.every((row) => page.timeline.rows[row.parent]?.name === 'mapReduceBranch'));
    const [failed] = page.shards?.failed ?? [];
    const shard = await harness.get<RunPage>(`/api/runs/${failed?.runId}`);
    equal(shard.run.state, 'failure');
    equal(shard.links.parent?.text.startsWith('shard of '), true);
    equal(page.shards?.rerun, undefined);

    const jobs = new JobClient({ client: harness.client });
    await jobs.shards.rerunFailed({ workflowId: id('accounts'), runId });
    const again = await harness.page(
      runId,
      ({ shards }) => shards?.failed[0]?.attempts === 2,
      'the shard has not run again',
    );
    equal(again.shards?.rerun, '1 shard was rerun after the run ended; now 2 of 3 shards have succeeded.');
  });

  it('shows a trace with its run, and returns it as OTLP JSON', async () => {
    const runId = await harness.run('nightly', id('trace'), [10]);
    const { run } = await harness.page(runId, (each) => spansOf(each) === 12, 'spans have arrived');
    const page = await harness.get<TracePage>(`/api/traces/${run.traceId}`);
    equal(page.run?.runId, runId);
    equal(page.timeline.rows[0]?.kind, 'run');
    ok(page.timeline.rows.some(({ name }) => name === 'userInfoSave'));
    const otlp = await harness.get<{
      resourceSpans: { scopeSpans: { spans: { traceId: string; startTimeUnixNano: string }[] }[] }[];
    }>(`/api/traces/${run.traceId}.json`);
    const spans = otlp.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    equal(spans.length, 12);
    ok(spans.every((span) => span.traceId === run.traceId && /^\d{19}$/.test(span.startTimeUnixNano)));
  });

  it('gives the reason for a trace without spans, never a bare 404', async () => {
    const page = await harness.get<TracePage>('/api/traces/0123456789abcdef0123456789abcdef');
    deepEqual(page.timeline.rows, []);
    match(page.spansNote ?? '', /^No run with this trace is known\. /);
    const response = await fetch(`${harness.console.url}/api/traces/none`);
    equal(response.status, 400);
    match(await response.text(), /expected 32 hex digits/);
  });

  it('sends open pages only the ids of runs that change', async () => {
    const closing = new AbortController();
    const response = await fetch(`${harness.console.url}/api/events`, { signal: closing.signal });
    equal(response.headers.get('content-type'), 'text/event-stream');
    const runId = await harness.run('nightly', id('live'), [10]);
    let received = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      received += decoder.decode(chunk);
      if (received.includes(runId) && received.includes('event: traces')) break;
    }
    closing.abort();
    const [told] = received.split('\n\n').filter((event) => event.includes(runId));
    const data = JSON.parse(/data: (.*)/.exec(told ?? '')?.[1] ?? '{}') as Record<string, unknown>;
    deepEqual(Object.keys(data), ['namespace', 'jobs', 'runIds']);
  });
});

/** The rows; how often the run itself waited for its worker differs. */
function treeOf({ timeline }: RunPage): string[] {
  const [run = '', ...rows] = rowTree(timeline.rows);
  return [run.replace(/( waiting)+\]/, ']'), ...rows];
}

const SERVICE_CALL = ['operation GET', 'operation GET', 'operation userInfoSave'];

/** A call of the service below an activity at this depth. */
function called(depth: number): string[] {
  return SERVICE_CALL.map((name, index) => `${'  '.repeat(depth + 1 + index)}${name}`);
}

const EVERYTHING = [
  'run everything [waiting]',
  '  activity failBelowAttempt [waiting failed back-off working]',
  '    operation attempt 1',
  '    operation attempt 2',
  '  local-activity callDownstream',
  ...called(1),
  '  timer timer [sleeping]',
  '  child nightly [waiting working]',
  '    activity callDownstream [waiting working]',
  ...called(2),
  '    activity callDownstream [waiting working]',
  ...called(2),
  '  wait waits for a signal or an update [sleeping]',
  '  update ask',
  '    activity callDownstream [waiting working]',
  ...called(2),
  '  wait waits for the signal proceed [sleeping]',
  '  signal proceed',
];
