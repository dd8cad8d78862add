/** What is told of each kind of run, by a real watcher: once each, and nothing else. */
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobWatcher } from 'temporal-job-tracing/alerts';
import { until } from '../../testing/until';
import { HOOK_KEY } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';

const RETRY = { initialInterval: '100ms', backoffCoefficient: 1 };
/** Job names have at most 255 characters. */
const LONG = `${'längster/Name "of" \'all\' \\ '.repeat(10)}`.slice(0, 255);

// Not all at once: six jobs that fail in one look would be one message.
describe('a watcher', { concurrency: 3 }, () => {
  let stage: Stage;
  let watcher: JobWatcher;
  let end: () => void;
  before(async () => {
    stage = await Stage.start();
    const rule = { successWithin: '15 seconds' } as const;
    watcher = await stage.watch(
      stage.config({ jobs: { 'never-*': rule, 'never-ran': rule, 'no-such-job': {}, 'none-*': {} } }),
      { redact: (text) => text.replace('4111-1111', '[card]') },
    );
    await stage.isWatching(watcher);
    const worker = await stage.worker();
    const running = worker.run();
    end = () => {
      worker.shutdown();
      return running;
    };
  });
  after(async () => {
    await end();
    await stage.stop();
  });

  /** What was told of a job. */
  const told = (job: string) => stage.receiver.told().filter((line) => line.endsWith(` ${job}`));
  const has = (job: string, count: number) =>
    until(() => told(job).length >= count, {
      // Rules are looked at again after a minute.
      within: 150_000,
      says: () =>
        `${job}: ${count} messages, not ${told(job).join(', ')}; there are: ${stage.receiver.told().join(', ')}`,
    });
  /** Waits until the watcher has read what there is now. */
  const hasRead = async () => {
    await stage.run('marker', 'breaks', [String(Date.now())]);
    const nowMs = Date.now();
    await until(
      async () => {
        const described = await stage.client.workflow.getHandle('job-watcher').describe();
        const [details] = described.raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
        const cursor = details?.data ? JSON.parse(Buffer.from(details.data).toString()) : {};
        return (cursor.readMs ?? 0) > nowMs + 2_000;
      },
      { says: 'the watcher does not go on' },
    );
  };

  it('reports a run with three attempts once, after the last attempt', async () => {
    const run = await stage.start('breaksEachAttempt', [], {
      job: 'three',
      retry: { ...RETRY, maximumAttempts: 3 },
    });
    await run.result().catch(() => {});
    await has('three', 1);
    await hasRead();
    deepEqual(told('three'), ['job.failed open three']);
    const [one] = stage.receiver.taken().filter(({ payload }) => payload.data.job === 'three');
    equal(one?.payload.data.run?.attempt, 3);
  });

  it('reports a run with unlimited retries as failing, once', async () => {
    const run = await stage.start('breaksEachAttempt', [], { job: 'for-ever', retry: RETRY });
    await has('for-ever', 1);
    await hasRead();
    await run.terminate();
    deepEqual(told('for-ever'), ['job.failing open for-ever']);
  });

  // As many failures as a cron each minute has in half an hour: the server's own clock cannot be changed.
  it('reports a cron that fails thirty times, once a second, in one message, and its recovery in one', async () => {
    let isBroken = true;
    stage.works.set('cron', async () => {
      if (isBroken) throw new Error('card 4111-1111 declined');
    });
    const run = await stage.start('nightly', ['cron'], { job: 'cron', cronSchedule: '@every 1s' });
    await has('cron', 1);
    const failures = "JobName = 'cron' AND ExecutionStatus = 'Failed'";
    await until(async () => (await stage.client.workflow.count(failures)).count >= 30, {
      within: 120_000,
      says: 'it has not failed thirty times',
    });
    await hasRead();
    deepEqual(told('cron'), ['job.failed open cron']);
    isBroken = false;
    await has('cron', 2);
    await hasRead();
    await run.terminate();
    deepEqual(told('cron'), ['job.failed open cron', 'job.recovered resolved cron']);
    const [first] = stage.receiver.taken().filter(({ payload }) => payload.data.job === 'cron');
    equal(first?.payload.data.error?.message, 'card [card] declined');
  });

  it('does not report a failed child, a run that a person ended, or a success', async () => {
    await stage.run('tolerant', 'toleratesChild', []);
    const run = await stage.start('takes', [60_000], { job: 'ended-by-hand' });
    await run.terminate('by hand');
    await stage.run('well', 'takes', [1]);
    await hasRead();
    deepEqual(['tolerant', 'ended-by-hand', 'well', 'breaks'].flatMap(told), []);
  });

  it('reports a workflow type that no worker has as stuck', async () => {
    const run = await stage.start('noSuchWorkflow', [], { job: 'unknown-type' });
    await has('unknown-type', 1);
    deepEqual(told('unknown-type'), ['job.stuck open unknown-type']);
    const [one] = stage.receiver.taken().filter(({ payload }) => payload.data.job === 'unknown-type');
    match(one?.payload.data.error?.message ?? '', /noSuchWorkflow/);
    await run.terminate();
    await has('unknown-type', 2);
    deepEqual(told('unknown-type')[1], 'job.stuck resolved unknown-type');
  });

  it('reports a run that timed out before its first task', async () => {
    const options = {
      job: 'too-late',
      taskQueue: 'nobody-for-a-second',
      workflowRunTimeout: '1 second',
    } as const;
    await (await stage.start('nightly', [''], options)).result().catch(() => {});
    await has('too-late', 1);
    deepEqual(told('too-late'), ['job.failed open too-late']);
  });

  it('reports a job that never ran as overdue, counted from the first poll, and its first success', async () => {
    await has('never-ran', 1);
    deepEqual(told('never-ran'), ['job.overdue open never-ran']);
    await stage.run('never-ran', 'takes', [1]);
    await has('never-ran', 2);
    deepEqual(told('never-ran').slice(0, 2), [
      'job.overdue open never-ran',
      'job.overdue resolved never-ran',
    ]);
  });

  it('finds the jobs of a pattern, and reports them as overdue', async () => {
    await stage.run('never-again', 'takes', [1]);
    await has('never-again', 1);
    deepEqual(told('never-again')[0], 'job.overdue open never-again');
  });

  it('reports jobs with the longest names and with any characters', async () => {
    // Stores in SQL find no name with quotes: it is bound with another character in their place.
    const bound = LONG.replace(/["\\]/g, '\ufffd');
    await stage.run(LONG, 'breaks', []);
    await has(bound, 1);
    await stage.run(LONG, 'takes', [1]);
    await has(bound, 2);
    deepEqual(told(bound), [`job.failed open ${bound}`, `job.recovered resolved ${bound}`]);
  });

  it('lists rules that match no job', async () => {
    const unmatched = await until(
      async () => {
        const { watch } = await watcher.status();
        return watch && watch.unmatchedRules.length >= 2 && watch.unmatchedRules;
      },
      { within: 120_000, says: 'no rule is named' },
    );
    ok(unmatched.includes('no-such-job') && unmatched.includes('none-*'), unmatched.join());
  });

  it('delivers a test message, and names the problem with an invalid request', async () => {
    const handle = stage.client.workflow.getHandle('job-watcher');
    await handle.signal('test', { channel: 'oncall' });
    await until(() => stage.receiver.told().includes('watcher.test open'), { says: 'no test message' });
    await handle.signal('test', { channel: 'pager' });
    const refused = await until(async () => (await watcher.status()).refused.at(-1), {
      says: 'nothing is refused',
    });
    match(refused.why, /channel: expected one of oncall, got "pager"/);
  });

  it('obeys a silence, and records it', async () => {
    const handle = stage.client.workflow.getHandle('job-watcher');
    await handle.signal('silence', { job: 'silent-*', for: '1 hour', reason: 'release' });
    await until(async () => (await watcher.status()).silences.length > 0, { says: 'no silence' });
    // Whoever delivers reads silences every two seconds.
    let tries = 0;
    const { job, deliveries } = await until(
      async () => {
        const job = `silent-${++tries}`;
        await stage.run(job, 'breaks', []);
        const deliveries = await stage.deliveriesOf(job);
        return deliveries[0]?.outcome === 'silenced' && { job, deliveries };
      },
      { says: 'nothing was silenced' },
    );
    deepEqual(
      deliveries.map(({ outcome, why }) => `${outcome}: ${why}`),
      ['silenced: release'],
    );
    deepEqual(told(job), []);
  });

  it('keeps secrets, arguments and results out of histories, messages and logs', async () => {
    stage.works.set('guarded', () => Promise.reject(new Error('no')));
    await stage.run('guarded', 'nightly', ['guarded', 'secret argument']);
    await has('guarded', 1);
    const texts = [...stage.log, ...stage.receiver.received.map(({ body }) => body)];
    const query = "WorkflowType IN ('jobWatcher', 'jobAlert', 'jobAlertGroup')";
    for await (const { workflowId, runId } of stage.client.workflow.list({ query })) {
      const history = await stage.client.workflow.getHandle(workflowId, runId).fetchHistory();
      texts.push(
        JSON.stringify(history, (_, value) => (value?.data ? Buffer.from(value.data).toString() : value)),
      );
    }
    ok(texts.length > 3);
    for (const text of texts)
      doesNotMatch(text, new RegExp(`secret (argument|result)|${HOOK_KEY}|${stage.receiver.url}|4111-1111`));
  });
});
