/**
 * Scheduled jobs with `JobClient`: all operations of the CLI; invalid input is refused before anything is sent.
 */
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  JobClient,
  type ListedRun,
  ScheduledJobError,
  type ScheduledJobProblem,
} from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { id, Runs, traceIdOf } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';
import type * as workflows from './support/workflows/scheduled';

describe('JobClient', { concurrency: 4 }, () => {
  let runs: Runs;
  let jobs: JobClient<typeof workflows>;
  let options: { taskQueue: string };

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH } });
    const { client } = runs.harness;
    jobs = new JobClient<typeof workflows>({ client, traceUrl: 'http://localhost/trace/{traceId}' });
    options = { taskQueue: runs.taskQueue };
  });
  after(() => runs.stop());

  /** Asserts a rejection with this problem and message. */
  const refuses = (promise: Promise<unknown>, problem: ScheduledJobProblem, words: RegExp) =>
    rejects(promise, (error: unknown) => {
      ok(error instanceof ScheduledJobError, String(error));
      equal(error.problem, problem);
      match(error.message, words);
      return true;
    });

  /** Waits until so many runs of the job are listed, and returns them. */
  async function listed(job: string, count: number, filter = {}): Promise<ListedRun[]> {
    let found: ListedRun[] = [];
    const areListed = async () => {
      found = [];
      for await (const run of jobs.runs(job, filter)) found.push(run);
      return found.length >= count && found;
    };
    return until(areListed, { says: () => `${found.length} of ${count} runs of ${job}` });
  }

  it('creates, changes, pauses, resumes, runs now, lists and deletes a job', async () => {
    const job = id('all');
    const handle = await jobs.create(
      job,
      { workflow: 'slow', args: [50], cron: '0 2 * * *', timeZone: 'Europe/Berlin' },
      options,
    );
    equal(handle.id, job);
    const created = await handle.status();
    deepEqual([created.job, created.paused, created.missedTicks.total], [job, false, 0]);
    ok(Date.parse(created.nextTick ?? '') > Date.now());

    const changed = await handle.update({ cron: '@every 1h', timeZone: null, args: [20] });
    deepEqual(changed.spec, { workflow: 'slow', args: [20], cron: '@every 1h' });
    deepEqual([(await handle.pause()).paused, (await handle.resume()).paused], [true, false]);

    const run = await handle.runNow({ reason: 'a look' });
    equal(run.traceId, traceIdOf(run.runId));
    equal(run.startedBy, runs.harness.client.options.identity);
    deepEqual((await handle.status()).manualRuns, [run]);

    const [listedRun] = await listed(job, 1, { result: 'success' });
    deepEqual(
      [listedRun?.runId, listedRun?.trigger, listedRun?.result, listedRun?.sampled, listedRun?.url],
      [run.runId, 'manual', 'success', true, `http://localhost/trace/${run.traceId}`],
    );
    ok((listedRun?.durationMs ?? 0) >= 20);
    equal((await jobs.traces.of(run.runId)).run?.workflowId, run.workflowId);
    equal((await jobs.traces.find(run.traceId))?.root.runId, run.runId);

    const inList = async () => {
      for await (const one of jobs.list()) if (one.id === job) return one;
      return undefined;
    };
    const { createdAt, ...one } = (await inList()) ?? {};
    ok(createdAt instanceof Date);
    deepEqual(one, { id: job, job, workflow: 'slow', cron: '@every 1h', paused: false });

    await handle.delete();
    await new Job(runs, 'all').waitUntilClosed();
    await refuses(handle.runNow(), 'not-found', /it does not exist, or it has ended; create it/);
    await refuses(handle.delete(), 'not-found', /create it/);
  });

  it('sends loadTest as loadtest, and reads it back as loadTest', async () => {
    const handle = await jobs.create(id('load'), { workflow: 'slow', args: [1], loadTest: true }, options);
    const sent = runs.harness.client.workflow.getHandle(id('load'));
    const stored = async () => (await sent.query<{ spec: object }>('status')).spec;
    deepEqual(await stored(), { workflow: 'slow', args: [1], loadtest: true });
    deepEqual((await handle.status()).spec, { workflow: 'slow', args: [1], loadTest: true });

    const changed = await handle.update({ loadTest: false });
    deepEqual(changed.spec, { workflow: 'slow', args: [1], loadTest: false });
    deepEqual(await stored(), { workflow: 'slow', args: [1], loadtest: false });
    const both = { loadTest: true, loadtest: true };
    await refuses(handle.update(both), 'invalid', /loadtest: means the same as loadTest/);
    await handle.delete();
  });

  it('lists the runs of a job by what started them and how they ended', async () => {
    const job = id('a name of its own');
    await jobs.create(
      id('runs'),
      { workflow: 'failsUntil', args: [2], cron: '@every 1s', name: job },
      options,
    );
    await listed(job, 1, { trigger: 'cron', result: 'failure' });
    const { runId } = await jobs.getHandle<'failsUntil'>(id('runs')).runNow({ args: [1] });
    await listed(job, 1, { trigger: 'manual', result: ['success', 'timeout'] });
    await jobs.getHandle(id('runs')).delete();
    const all = await listed(job, 2);
    const ends = all.map(({ closeTime }) => closeTime?.getTime() ?? Number.MAX_SAFE_INTEGER);
    deepEqual(
      ends,
      [...ends].sort((a, b) => b - a),
    );
    deepEqual(
      all.filter(({ trigger }) => trigger !== 'cron').map((run) => run.runId),
      [runId],
    );
    const before = new Date(Math.min(...all.map(({ startTime }) => startTime.getTime())));
    deepEqual(await listed(job, 0, { to: before }), []);
    deepEqual(await listed(job, 0, { sampled: false }), []);
    equal((await listed(job, 0, { from: before })).length, all.length);
  });

  it('lists the slowest runs first, and filters by minimum duration', async () => {
    const job = id('durations');
    const handle = await jobs.create(job, { workflow: 'slow', args: [1] }, options);
    for (const ms of [1_500, 10, 3_000]) await handle.runNow({ args: [ms] });
    await listed(job, 3, { result: 'success' });
    const slowest = await listed(job, 3, { order: 'slowest' });
    const durations = slowest.map(({ durationMs = 0 }) => durationMs);
    deepEqual(
      durations,
      [...durations].sort((a, b) => b - a),
    );
    ok((durations[0] ?? 0) >= 3_000);
    const long = await listed(job, 0, { minDurationMs: 3_000 });
    ok(long.some(({ runId }) => runId === slowest[0]?.runId));
    const query = `JobName='${job}' AND JobTrigger IN ('manual') AND ExecutionDuration >= '3s'`;
    match(await runs.cli('workflow count --query', query), new RegExp(`Total: ${long.length}\\b`));
    const longest = Math.max(...durations);
    deepEqual(await listed(job, 0, { minDurationMs: longest + 1 }), []);
    await handle.delete();
  });

  it('refuses an invalid filter at once', () => {
    for (const [filter, message] of [
      [{ results: 'failure' }, /^JobClient\.runs: results: expected one of trigger, result, /],
      [{ result: 'failed' }, /^JobClient\.runs: result: expected one of running, success, .*, got 'failed'/],
      [{ trigger: [] }, /^JobClient\.runs: trigger: expected one of cron, .*, got \[\]/],
      [{ minDurationMs: '5 s' }, /^JobClient\.runs: minDurationMs: expected milliseconds from 0, got '5 s'/],
      [{ from: '2030-01-01' }, /^JobClient\.runs: from: expected a Date/],
      [{ order: 'fastest' }, /^JobClient\.runs: order: expected 'latest' or 'slowest'/],
    ] as const)
      throws(() => jobs.runs('a', filter as object), { name: 'OptionError', message });
    throws(() => jobs.shards.list({ workflowId: 'a' }, { status: 'FAILED' } as object), {
      name: 'OptionError',
      message: /^JobClient\.shards\.list: status: expected one of result, label/,
    });
  });

  it('reports that a workflow is not a job', async () => {
    const workflowId = id('no-job');
    const { client } = runs.harness;
    await client.workflow.start('slow', { ...options, workflowId, args: [600_000] });
    const handle = jobs.getHandle(workflowId);
    const words = /there is a workflow of type slow with this id, which is not a scheduledJob/;
    for (const call of ['status', 'runNow', 'pause', 'delete'] as const)
      await refuses(handle[call](), 'not-found', words);
    equal((await client.workflow.getHandle(workflowId).describe()).status.name, 'RUNNING');
    await client.workflow.getHandle(workflowId).terminate();
    await refuses(
      jobs.getHandle(id('nothing-there')).status(),
      'not-found',
      /it does not exist, or it has ended/,
    );
  });

  it('refuses invalid input before it sends anything', async () => {
    const job = id('wrong');
    const create = (spec: object, at: object = options) =>
      jobs.create(job, spec as { workflow: 'quick' }, at as { taskQueue: string });
    await refuses(create({ workflow: 'quick', cron: '0 2' }), 'invalid', /cron: "0 2" has 2 fields, not 5/);
    await refuses(
      create({ workflow: 'quick' }, {}),
      'invalid',
      /taskQueue: expected the task queue of the workers/,
    );
    await refuses(
      create({ workflow: 'quick', args: [{ at: [() => 1] }] }),
      'invalid',
      /args\[0\]\.at\[0\]: .* function/,
    );
    await refuses(
      create({ workflow: 'quick', args: [1n] }),
      'invalid',
      /args\[0\]: .* bigint; send it as a string/,
    );
    await refuses(
      create({ workflow: 'quick', args: [new Map()] }),
      'invalid',
      /args\[0\]: .* a Map; send its/,
    );
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    await refuses(create({ workflow: 'quick', args: cyclic }), 'invalid', /args\[0\]: .* circular object/);
    await refuses(jobs.getHandle(job).update({ args: [1n] }), 'invalid', /bigint/);
    await refuses(jobs.getHandle(job).runNow({ args: [Symbol('a')] }), 'invalid', /symbol/);
    await refuses(jobs.getHandle(job).runNow({ arg: 1 } as object), 'invalid', /there is no key "arg"/);
    await refuses(jobs.create('', { workflow: 'quick' }, options), 'invalid', /non-empty string as its id/);
    await rejects(runs.harness.client.workflow.getHandle(job).describe(), /not found/);
  });

  it('refuses what only a worker can check, and leaves nothing behind', async () => {
    const job = id('unknown');
    const unknown = { workflow: 'nothing' as 'quick' };
    await refuses(jobs.create(job, unknown, options), 'invalid', /no workflow of type "nothing", only /);
    await new Job(runs, 'unknown').waitUntilClosed();
    await jobs.create(job, { workflow: 'quick' }, options);
    await refuses(
      jobs.create(job, { workflow: 'quick' }, options),
      'exists',
      /update it, or delete it first/,
    );
    await refuses(jobs.getHandle(job).update(unknown), 'invalid', /no workflow of type "nothing"/);
    await refuses(
      jobs.getHandle(job).update({ cron: '@hourly', timeZone: 'Moon' }),
      'invalid',
      /"Moon" is not a time zone/,
    );
    await jobs.getHandle(job).delete();
  });

  it('names the open run if manualRuns is refuse', async () => {
    const job = id('busy');
    await jobs.create(job, { workflow: 'slow', args: [60_000], manualRuns: 'refuse' }, options);
    const run = await jobs.getHandle(job).runNow();
    const error = await jobs
      .getHandle(job)
      .runNow()
      .catch((error: unknown) => error);
    ok(error instanceof ScheduledJobError);
    equal(error.problem, 'running');
    deepEqual(error.run, { workflowId: run.workflowId, runId: run.runId, traceId: run.traceId });
    await jobs.getHandle(job).delete();
    await new Job(runs, 'busy').waitUntilClosed();
  });

  it('reports that no worker answers, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const job = id('nobody');
    const taskQueue = runs.harness.newTaskQueue();
    await refuses(
      jobs.create(job, { workflow: 'quick' }, { taskQueue }),
      'no-worker',
      /no worker of '.*' answered within 20 s; start one whose workflows export { jobTick, scheduledJob }/,
    );
    await new Job(runs, 'nobody').waitUntilClosed();
  });

  it('types workflows and their arguments', () => {
    const never = (_: () => unknown) => {};
    // @ts-expect-error there is no such workflow
    never(() => jobs.create('a', { workflow: 'nothing' }, options));
    // @ts-expect-error `slow` takes a number
    never(() => jobs.create('a', { workflow: 'slow', args: ['1'] }, options));
    // @ts-expect-error `slow` takes an argument
    never(() => jobs.create('a', { workflow: 'slow' }, options));
    // @ts-expect-error a task queue is needed
    never(() => jobs.create('a', { workflow: 'quick' }, {}));
    never(() => jobs.create('a', { workflow: 'report', args: [1, 'a'] }, options));
    // @ts-expect-error `slow` takes a number
    never(() => jobs.getHandle<'slow'>('a').runNow({ args: ['1'] }));
    never(() => jobs.getHandle<'slow'>('a').runNow({ args: [1] }));
    // @ts-expect-error no workflow takes this
    never(() => jobs.getHandle('a').runNow({ args: 1 }));
    never(() => jobs.getHandle('a').runNow({ args: [1] }));
    never(() =>
      new JobClient({ client: runs.harness.client }).create('a', { workflow: 'any', args: [1] }, options),
    );
  });
});
