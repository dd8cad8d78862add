/**
 * Invalid specs and requests from the CLI are refused at once, with the correction, and have no partial effect.
 */
import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { scheduledJobActivities } from 'temporal-job-tracing/activities';
import * as activities from './support/activities';
import { Runs, traceIdOf } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';

describe('scheduledJob refuses', { concurrency: 4 }, () => {
  let runs: Runs;
  let untraced: string;
  let bare: string;

  before(async () => {
    const options = { workflowsPath: SCHEDULED_PATH };
    runs = await Runs.start({ options });
    untraced = await runs.startWorker({
      plugin: null,
      options: { ...options, activities: { ...activities, ...scheduledJobActivities } },
    });
    bare = await runs.startWorker({ plugin: null, options });
  });
  after(() => runs.stop());

  /** Returns the message of the job's failure. */
  async function failureOf(job: Job): Promise<ApplicationFailure> {
    try {
      await job.handle.result();
    } catch (error) {
      if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)
        return error.cause;
      throw error;
    }
    throw new Error('the job did not fail');
  }

  const bad: Record<string, [spec: Record<string, unknown>, why: RegExp]> = {
    'unknown-type': [
      { workflow: 'nothing' },
      /^scheduledJob: workflow: .* no workflow of type "nothing", only /,
    ],
    'bad-cron': [
      { workflow: 'quick', cron: '0 25 * * *' },
      /^scheduledJob: cron: "25" is not a valid hour: expected 0 to 23/,
    ],
    'bad-zone': [
      { workflow: 'quick', cron: '@daily', timeZone: 'Moon' },
      /^scheduledJob: timeZone: "Moon" is no/,
    ],
    'bad-key': [
      { workflow: 'quick', crown: '@daily' },
      /^scheduledJob: crown: there is no such key; expected one of/,
    ],
    'bad-args': [{ workflow: 'quick', args: 'a' }, /^scheduledJob: args: expected an array/],
    'a-job-of-jobs': [
      { workflow: 'scheduledJob' },
      /^scheduledJob: workflow: expected .* scheduledJob does not/,
    ],
    'bare-number': [{ workflow: 'quick', timeout: 30 }, /^scheduledJob: timeout: expected "30 s", got 30$/],
    'no-url': [
      { workflow: 'httpJob', args: [{}], taskQueue: 'others' },
      /^scheduledJob: args\[0\]\.url: is missing/,
    ],
    'bad-queue': [
      { workflow: 'quick', taskQueue: '' },
      /^scheduledJob: taskQueue: expected a non-empty string/,
    ],
  };
  for (const [name, [spec, why]] of Object.entries(bad))
    it(`a spec with ${name}: fails for good, and starts nothing`, async () => {
      const job = await new Job(runs, name).start(spec);
      const failure = await failureOf(job);
      equal(failure.type, 'InvalidJobSpec');
      equal(failure.nonRetryable, true);
      match(failure.message, why);
      await job.waitUntilClosed();
    });

  it('a bad spec by the CLI: the documented command shows what is wrong', async () => {
    const page = readFileSync(path.join(__dirname, '../../docs/scheduled-jobs.md'), 'utf8');
    const command = /^temporal (workflow describe [^#]*[^#\s])/m.exec(page)?.[1] ?? '';
    ok(command.includes('nightly-report'), page);
    const bad = await new Job(runs, 'described-bad').start({ workflow: 'quick', timeout: 30 });
    await failureOf(bad);
    const shown = await runs.cli(command.replace('nightly-report', bad.id));
    match(shown, /Status +FAILED/);
    match(shown, /scheduledJob: timeout: expected \\?"30 s\\?", got 30/);
    const good = await new Job(runs, 'described-good').start({ workflow: 'quick' });
    await good.update('ready');
    doesNotMatch(await runs.cli(command.replace('nightly-report', good.id)), /FAILED/);
    await good.signal('stop');
    await good.waitUntilClosed();
  });

  it('a start without input, with the expectation', async () => {
    const job = new Job(runs, 'no-input');
    await runs.cli(
      `workflow start --type scheduledJob --workflow-id ${job.id} --task-queue ${runs.taskQueue}`,
    );
    match((await failureOf(job)).message, /expected an object as in {"workflow":"nightlyReport","cron":"0 2/);
  });

  it('an invalid change or request, as an update and as a signal: the job continues unchanged', async () => {
    const spec = { workflow: 'quick', cron: '0 2 * * *' };
    const job = await new Job(runs, 'bad-changes').start(spec);
    await rejects(job.update('change', { cron: '61 * * * *' }), /cron: \\?"61\\?" is not a valid minute/);
    await rejects(job.update('change', { workflow: 'nothing' }), /no workflow of type \\?"nothing/);
    await rejects(job.update('change', { timeout: 30 }), /timeout: expected \\*"30 s\\*", got 30/);
    await rejects(job.update('change', { workflow: 'jobTick' }), /jobTick does not/);
    await rejects(job.update('change', { workflow: 'httpJob' }), /args\[0\]\.url: is missing/);
    await rejects(job.update('runNow', { args: 1 }), /runNow: args: expected an array/);
    await job.signal('change', { cron: '61 * * * *' });
    await job.signal('change', 'now');
    await job.signal('runNow', { arg: 1 });
    await job.signal('ticksMissed');
    await job.signal('ticksMissed', { total: 1, last: [1e99] });
    const status = await job.statusWhen(({ refusals }) => refusals.length === 5);
    deepEqual(status.refusals.map(({ signal, why }) => `${signal}: ${why}`).sort(), [
      'change: cron: "61" is not a valid minute: expected 0 to 59, a range as in 0-59, or *, got "61 * * * *"',
      'change: expected an object as in {"workflow":"nightlyReport","cron":"0 2 * * *"}, got "now"',
      'runNow: runNow: there is no key "arg"; expected args, reason',
      "ticksMissed: ticksMissed: only the job's own ticks may send this signal",
      "ticksMissed: ticksMissed: only the job's own ticks may send this signal",
    ]);
    equal(status.missedTicks.total, 0);
    deepEqual(status.spec, spec);
    await job.signal('change', { cron: '0 3 * * *' });
    await job.statusWhen((changed) => changed.spec.cron === '0 3 * * *');
    await job.signal('stop');
    await job.waitUntilClosed();
  });

  it('a job on a worker without the plugin and our activities, naming those to add', async () => {
    const job = await new Job(runs, 'bare', bare).start({ workflow: 'quick' });
    match(
      (await failureOf(job)).message,
      /Add JobTracingPlugin to it, or the activities 'scheduledJobActivities'/,
    );
  });

  it('nothing on a worker with these activities: the job works, untraced', async () => {
    const job = await new Job(runs, 'untraced', untraced).start({ workflow: 'report', cron: '@every 1s' });
    const [tick = ''] = await runs.closedRunIds(job.tickId);
    const { runId, startedBy } = await job.update<{ runId: string; startedBy?: string }>('runNow');
    equal(startedBy, undefined);
    await job.signal('stop');
    await job.waitUntilClosed();
    for (const each of [tick, runId]) runs.expectNoSpansOf(traceIdOf(each));
    deepEqual(await runs.harness.searchAttributesOf(job.tickId), {});
  });
});
