/** The pure parts of a watcher: task queues, limits, overdue jobs, incidents and budgets. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation } from '../alerts/incident/observation';
import { incidentId, incidentSubject } from '../alerts/incident-id';
import { createBudget } from '../alerts/watch/budget';
import { OverdueJobs } from '../alerts/watch/overdue';
import { Queues, waitingByQueue } from '../alerts/watch/queues';
import type { RunRow } from '../alerts/watch/row';
import { SlowRuns, slowLimit } from '../alerts/watch/slow-runs';
import { JobsInTrouble } from '../alerts/watch/trouble';
import { failed, HANDLING, overdue, slow, succeeded } from './support/alerts/incident-under-test';

const HOUR = 3_600_000;
const row = (runId: string, more: Partial<RunRow> = {}): RunRow => ({
  workflowId: 'w',
  runId,
  workflowType: 't',
  taskQueue: 'q',
  status: 'RUNNING',
  job: 'nightly',
  hasBegun: false,
  dueMs: 1_000,
  startMs: 1_000,
  ...more,
});

describe('a task queue', () => {
  const recordPoll = (queues: Queues, newestMs: number | undefined, nowMs: number) => {
    queues.toRead(waitingByQueue([row('a')]), nowMs);
    return queues.recordPollers('q', newestMs, nowMs);
  };

  it('has no worker if no poller younger than 75 s was found for 15 s', () => {
    const queues = new Queues();
    deepEqual(
      [100_000, 105_000, 114_999, 115_000].map((nowMs) => recordPoll(queues, 20_000, nowMs)),
      [undefined, undefined, undefined, 'no_worker'],
    );
  });

  it('has a worker if a poller is found in between, as after a restart of the server', () => {
    const queues = new Queues();
    deepEqual(
      [
        recordPoll(queues, undefined, 100_000),
        recordPoll(queues, 106_000, 107_000),
        recordPoll(queues, undefined, 116_000),
      ],
      [undefined, undefined, undefined],
    );
  });

  it('is reported once, and has a worker again when one polls', () => {
    const queues = new Queues();
    recordPoll(queues, undefined, 100_000);
    equal(recordPoll(queues, undefined, 120_000), 'no_worker');
    queues.markReported('q', 'no_worker');
    equal(recordPoll(queues, undefined, 130_000), undefined);
    equal(recordPoll(queues, 139_000, 140_000), 'worker');
    deepEqual(queues.open, ['q']);
    queues.markReported('q', 'worker');
    deepEqual(queues.open, []);
  });

  it('is read every 5 s while it has no known poller, else every 15 s, and not if no run waits', () => {
    const queues = new Queues();
    const waiting = waitingByQueue([row('a')]);
    const at = (nowMs: number, some = waiting) => queues.toRead(some, nowMs).length;
    equal(at(100_000), 1);
    queues.recordPollers('q', 100_000, 100_000);
    deepEqual([at(114_000), at(115_000)], [0, 1]);
    queues.recordPollers('q', undefined, 115_000);
    deepEqual([at(119_000), at(120_000), at(130_000, [])], [0, 1, 0]);
  });

  it('holds back other alerts of its jobs', () => {
    const queues = new Queues();
    recordPoll(queues, undefined, 100_000);
    deepEqual([queues.holdsBack('nightly'), queues.holdsBack('other')], [true, false]);
    deepEqual([queues.isServed(row('a')), queues.isServed(row('b', { hasBegun: true }))], [false, true]);
    recordPoll(queues, 101_000, 102_000);
    deepEqual([queues.holdsBack('nightly'), queues.isServed(row('a'))], [false, true]);
  });
});

describe('a slow run', () => {
  it('is over the limit of its rule, or over the learnt limit', () => {
    const usual = { runs: 30, medianMs: 4_000, p5Ms: 3_000, p95Ms: 5_000 };
    deepEqual(slowLimit(1_500, undefined), { limitMs: 1_500 });
    deepEqual(slowLimit(undefined, usual), { limitMs: 14_000, usualMs: 4_000 });
    equal(slowLimit(undefined, undefined), undefined);
  });

  it('is read when it exceeds its limit, and then until it ends', () => {
    const runs = new SlowRuns();
    runs.watch(row('a'), { limitMs: 5_000 });
    deepEqual([runs.due(6_000).length, runs.due(6_001).length], [0, 1]);
    runs.markReported('a');
    deepEqual([runs.due(0).length, runs.has('a'), runs.size], [1, true, 1]);
    runs.forget('a');
    equal(runs.size, 0);
  });
});

describe('an overdue job', () => {
  it('is read when its deadline passes, and reported once', () => {
    const jobs = new OverdueJobs();
    jobs.watch('a', 10_000, 0);
    deepEqual(jobs.toRead(0), ['a']);
    equal(jobs.read('a', 5_000, 5_000), undefined);
    deepEqual([jobs.toRead(14_999), jobs.toRead(15_000)], [[], ['a']]);
    const overdue = jobs.read('a', 5_000, 15_000);
    deepEqual(overdue, { job: 'a', withinMs: 10_000, lastSuccessMs: 5_000, sinceMs: 15_000 });
    if (overdue) jobs.markReported(overdue);
    equal(jobs.read('a', 5_000, 90_000), undefined);
    jobs.succeeded('a', 95_000);
    deepEqual([jobs.toRead(104_999), jobs.toRead(105_000)], [[], ['a']]);
  });

  it('that never ran is counted from the first poll, even after a restart', () => {
    const first = new OverdueJobs();
    first.watch('a', 10_000, 1_000);
    const second = new OverdueJobs(first.carried());
    second.watch('a', 10_000, 9_000);
    equal(second.read('a', undefined, 11_000)?.sinceMs, 11_000);
  });

  it('whose last success was deleted is still overdue', () => {
    const before = new OverdueJobs([['a', 20_000, 0]]);
    before.watch('a', 26 * HOUR, 30_000);
    const afterOutage = 20_000 + 40 * HOUR;
    deepEqual(before.toRead(afterOutage), ['a']);
    equal(before.read('a', undefined, afterOutage)?.lastSuccessMs, 20_000);
  });

  it('is not reported because of days of 23 or 25 hours', () => {
    // A cron at 02:30 every day in New York, across both clock changes of 2026.
    const local = (day: string) =>
      Date.parse(`${day}T02:30:00${day < '2026-03-08' || day >= '2026-11-01' ? '-05:00' : '-04:00'}`);
    for (const days of [
      ['2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10'],
      ['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02', '2026-11-03'],
    ]) {
      const jobs = new OverdueJobs();
      jobs.watch('a', 26 * HOUR, local(days[0] ?? ''));
      jobs.read('a', local(days[0] ?? ''), local(days[0] ?? ''));
      for (const [index, day] of days.entries()) {
        jobs.succeeded('a', local(day));
        const next = local(days[index + 1] ?? day);
        deepEqual(jobs.toRead(next), [], `${day} to ${days[index + 1]}`);
      }
    }
  });

  it('is one of at most 2,000', () => {
    const jobs = new OverdueJobs();
    for (let index = 0; index < 2_000; index++) ok(jobs.watch(`${index}`, 1_000, 0));
    deepEqual([jobs.watch('one more', 1_000, 0), jobs.watch('7', 1_000, 0)], [false, true]);
  });
});

describe('jobs in trouble', () => {
  const signal = (...seen: readonly Observation[]) => ({
    subject: { kind: 'job', name: 'a' } as const,
    handling: HANDLING,
    seen,
  });
  const memo = (open: string[], awaitsSuccess: boolean) => ({
    subject: 'a',
    awaitsSuccess,
    open: open.map((type) => ({ type, key: type, since: new Date(5_000).toISOString() })),
  });

  it('are those that were signalled, despite a list that lags', () => {
    const jobs = new JobsInTrouble();
    jobs.signalled(signal(failed('r', 7_000)), 8_000);
    jobs.listed([], 20_000);
    deepEqual(jobs.awaitingSuccess(), [['a', 7_000]]);
    deepEqual(jobs.kindsOf(signal(failed('other', 8_000))), []);
    jobs.listed([], 100_000);
    deepEqual([jobs.awaitingSuccess(), jobs.size], [[], 0]);
  });

  it('are those of the first list after a restart', () => {
    const jobs = new JobsInTrouble();
    jobs.listed([memo(['job.failed'], true)], 9_000);
    deepEqual(jobs.awaitingSuccess(), [['a', 5_000]]);
    jobs.listed([memo([], false)], 10_000);
    deepEqual(jobs.awaitingSuccess(), []);
    deepEqual(jobs.kindsOf(signal(failed('r', 9_500))), [{ type: 'job.failed', state: 'open' }]);
  });

  it('wait for a success after failures and when overdue, not when slow', () => {
    const jobs = new JobsInTrouble();
    jobs.signalled(signal(slow('r', 1)), 1);
    deepEqual(jobs.awaitingSuccess(), []);
    jobs.signalled(signal(overdue(1, 2)), 2);
    equal(jobs.awaitingSuccess().length, 1);
    jobs.signalled(signal(succeeded('s', 9)), 9);
    deepEqual(jobs.awaitingSuccess(), [['a', 9]]);
  });
});

describe('the id of an incident', () => {
  it('is the name, or for a long one its beginning and a hash, within 255 bytes', () => {
    equal(incidentId({ kind: 'job', name: 'nightly' }), 'job-alert/nightly');
    const [one, other] = ['a', 'b'].map((end) => incidentId({ kind: 'queue', name: '€'.repeat(200) + end }));
    ok(one !== other && Buffer.byteLength(one ?? '') <= 255, one);
    deepEqual(['job-alert/x', 'job-alert-queue/x', 'x'].map(incidentSubject), [
      { kind: 'job', name: 'x' },
      { kind: 'queue', name: 'x' },
      undefined,
    ]);
  });
});

describe('a budget', () => {
  it('accumulates up to its limit', () => {
    let nowMs = 0;
    const budget = createBudget({ perSecond: 0.5, max: 2 }, () => nowMs);
    deepEqual([budget.take(), budget.take(), budget.take()], [true, true, false]);
    nowMs = 2_000;
    deepEqual([budget.take(), budget.take()], [true, false]);
    nowMs = 1e9;
    deepEqual([budget.take(), budget.take(), budget.take()], [true, true, false]);
  });

  it('recovers after calls that were deducted regardless', () => {
    let nowMs = 0;
    const budget = createBudget({ perSecond: 0.5, max: 2 }, () => nowMs);
    budget.spend(4);
    nowMs = 4_000;
    equal(budget.take(), false);
    nowMs = 6_000;
    deepEqual([budget.take(), budget.take()], [true, false]);
  });
});
