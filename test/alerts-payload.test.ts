/** Payloads of alerts match the schema of the package, are bounded, and describe the problem in one sentence. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildPayload } from '../alerts/build-payload';
import type { AlertDetails, AlertMessage, AlertRun, AlertType, Subject } from '../alerts/incident/message';
import { durationText } from '../alerts/text';
import { schemaProblems } from './support/alerts/schema';

const RUN: AlertRun = {
  workflowId: 'nightly/1',
  runId: '01a222ae-68dd-78f0-a368-070c06751220',
  workflowType: 'nightlyReport',
  trigger: 'cron',
  attempt: 1,
  dueMs: 1_000_000,
  startedMs: 1_000_400,
  traceId: '01a222ae68dd78f0a368070c06751220',
  recorded: true,
};
const JOB: Subject = { kind: 'job', name: 'nightly' };
const TARGETS = { consoleUrl: 'http://console:4318', webUiUrl: 'http://web:8233' };

function message(type: AlertType, facts: AlertDetails, more: Partial<AlertMessage> = {}): AlertMessage {
  return {
    id: 'run_1',
    key: 'k',
    type,
    state: 'open',
    sinceMs: 1_000_000,
    queuedMs: 1_015_200,
    facts,
    ...more,
  };
}

const OVER = { state: 'resolved', resolvedMs: 1_030_000 } as const;
const ERROR = { type: 'Timeout', message: 'the ledger\ndoes not answer' };
const SLOW = { run: RUN, elapsedMs: 15_200, usualMs: 4_100, limitMs: 14_100 };

const TABLE: readonly [subject: Subject, message: AlertMessage, text: string][] = [
  [
    JOB,
    message('job.failed', { run: RUN, error: ERROR, failures: 1 }),
    'nightly failed: Timeout: the ledger does not answer',
  ],
  [JOB, message('job.failed', { run: RUN, failures: 3 }), 'nightly failed 3 times in a row'],
  [
    JOB,
    message('job.failed', { run: RUN, failures: 3 }, { reminder: true }),
    'Still open: nightly failed 3 times in a row',
  ],
  [
    JOB,
    message('job.failed', { run: RUN }, { flapping: true }),
    'nightly is flapping: it failed and recovered three times within 24 hours',
  ],
  [
    JOB,
    message('job.failed', { run: RUN }, { ...OVER, merged: true }),
    'nightly failed (resolved at 1970-01-01T00:17:10Z)',
  ],
  [
    JOB,
    message('job.failing', { run: RUN, attempts: 3, error: { message: 'x' } }),
    'nightly keeps failing: 3 attempts so far, still being retried: x',
  ],
  [JOB, message('job.recovered', { run: RUN, failures: 40 }, OVER), 'nightly has recovered after 30.0 s'],
  [JOB, message('job.slow', SLOW), 'nightly is slow: 15.2 s, usually 4.1 s (limit 14.1 s)'],
  [
    JOB,
    message('job.slow', { ...SLOW, pending: [{ activity: 'save', attempt: 2, lastFailure: 'x' }] }),
    'nightly is slow: 15.2 s, usually 4.1 s (limit 14.1 s); save is in attempt 2',
  ],
  [
    JOB,
    message('job.slow', { ...SLOW, pending: [{ activity: 'save', attempt: 1 }] }),
    'nightly is slow: 15.2 s, usually 4.1 s (limit 14.1 s); save is running',
  ],
  [
    JOB,
    message('job.slow', { ...SLOW, pending: [{ activity: 'save', attempt: 1, noWorkerOn: 'q' }] }),
    'nightly is slow: 15.2 s, usually 4.1 s (limit 14.1 s); save waits for a worker on q',
  ],
  [
    JOB,
    message('job.slow', SLOW, { ...OVER, merged: true }),
    'nightly was slow: 15.2 s, usually 4.1 s (limit 14.1 s) (resolved at 1970-01-01T00:17:10Z)',
  ],
  [JOB, message('job.slow', SLOW, OVER), 'nightly ended after 30.0 s; it was slow'],
  [
    JOB,
    message('job.overdue', { lastSuccessMs: 1_000, withinMs: 93_600_000 }),
    'nightly is overdue: last success 1970-01-01T00:00:01Z, expected every 26 h',
  ],
  [
    JOB,
    message('job.overdue', { withinMs: 3 * 86_400_000 }),
    'nightly is overdue: no success yet, expected every 3 d',
  ],
  [JOB, message('job.overdue', { withinMs: 1 }, OVER), 'nightly is no longer overdue'],
  [
    { kind: 'queue', name: 'q' },
    message('job.no_worker', { taskQueue: 'q', waiting: 3, jobs: ['a', 'b'], jobCount: 3 }),
    'Task queue q has no worker: 3 runs are waiting (a, b and 1 more)',
  ],
  [
    { kind: 'queue', name: 'q' },
    message('job.no_worker', { taskQueue: 'q', waiting: 1, jobs: ['a'] }, OVER),
    'Task queue q has a worker again after 30.0 s',
  ],
  [
    JOB,
    message('job.stuck', { run: RUN, attempts: 3, error: { message: 'no such type' } }),
    'nightly is stuck: its workflow task is in attempt 3: no such type',
  ],
  [JOB, message('job.stuck', { run: RUN, attempts: 3 }, OVER), 'nightly is no longer stuck after 30.0 s'],
  [
    { kind: 'group', name: 'job.failed' },
    message('job.failed', { jobs: ['a', 'b'], jobCount: 200 }),
    '200 jobs failed: a, b and 198 more',
  ],
  [
    { kind: 'group', name: 'job.recovered' },
    message('job.recovered', { jobs: ['a'], jobCount: 1 }, OVER),
    '1 job has recovered: a',
  ],
  [
    { kind: 'watcher', name: 'default' },
    message('watcher.blind', { reason: 'visibility cannot be read' }),
    'Alerting is impaired: visibility cannot be read',
  ],
  [
    { kind: 'watcher', name: 'default' },
    message('watcher.blind', { reason: 'visibility cannot be read' }, OVER),
    'Alerting is no longer impaired: visibility cannot be read',
  ],
  [{ kind: 'test', name: 'oncall' }, message('watcher.test', {}), 'This is a test of channel oncall'],
];

describe('a message', () => {
  for (const [subject, alert, text] of TABLE) {
    it(`reads: ${text}`, () => {
      const payload = buildPayload('default', subject, alert, TARGETS);
      equal(payload.data.text, text);
      deepEqual(schemaProblems(payload), []);
    });
  }

  it('has the times and durations of the run, and links', () => {
    const { data, timestamp } = buildPayload('shop & co', JOB, message('job.slow', SLOW), TARGETS);
    equal(timestamp, '1970-01-01T00:16:55.200Z');
    deepEqual(data.run, {
      workflowId: 'nightly/1',
      runId: RUN.runId,
      workflowType: 'nightlyReport',
      trigger: 'cron',
      attempt: 1,
      due: '1970-01-01T00:16:40.000Z',
      started: '1970-01-01T00:16:40.400Z',
      elapsedMs: 15_200,
      waitedMs: 400,
      traceId: RUN.traceId,
      recorded: true,
    });
    deepEqual(data.links, {
      trace: `http://console:4318/traces/${RUN.traceId}`,
      run: `http://console:4318/runs/${RUN.runId}?namespace=shop%20%26%20co`,
      webUi: `http://web:8233/namespaces/shop%20%26%20co/workflows/nightly%2F1/${RUN.runId}/history`,
    });
  });

  it('has no link to a trace that is not sampled', () => {
    const run = { ...RUN, recorded: false };
    const { data } = buildPayload('default', JOB, message('job.failed', { run }), TARGETS);
    equal(data.links?.trace, undefined);
  });

  it('has no link that would be too long, and links in ASCII', () => {
    const run = { ...RUN, workflowId: 'ä'.repeat(1_000) };
    const targets = { ...TARGETS, consoleUrl: 'http://console:4318/ü' };
    const payload = buildPayload('default', JOB, message('job.failed', { run }), targets);
    deepEqual(schemaProblems(payload), []);
    deepEqual(payload.data.links, {
      trace: `http://console:4318/%C3%BC/traces/${RUN.traceId}`,
      run: `http://console:4318/%C3%BC/runs/${RUN.runId}?namespace=default`,
    });
  });

  it('is bounded, whatever text users wrote', () => {
    const long = 'ä'.repeat(100_000);
    const run = { ...RUN, workflowId: long, workflowType: long };
    const pending = Array.from({ length: 50 }, () => ({
      activity: long,
      attempt: 1,
      lastFailure: long,
      noWorkerOn: long,
    }));
    const facts: AlertDetails = {
      ...SLOW,
      run,
      pending,
      error: { type: long, message: long },
      taskQueue: long,
      jobs: Array(500).fill(long),
    };
    const payload = buildPayload(long, { kind: 'job', name: long }, message('job.slow', facts), TARGETS);
    deepEqual(schemaProblems(payload), []);
    ok(JSON.stringify(payload).length < 100_000);
  });
});

describe('the schema', () => {
  it('rejects members that an alert never has', () => {
    const payload = buildPayload('default', JOB, message('job.failed', { run: RUN }), {});
    const memo = { ...payload, data: { ...payload.data, memo: {} } };
    match(schemaProblems(memo).join(), /must NOT have additional properties/);
    match(schemaProblems({ ...payload, type: 'job.other' }).join(), /allowed values/);
    match(schemaProblems(buildPayload('default', JOB, message('job.failed', {}), {})).join(), /required/);
  });
});

describe('a duration', () => {
  it('has at most two units', () => {
    const table = {
      940: '0.9 s',
      59900: '59.9 s',
      60000: '1 min',
      62500: '1 min 2 s',
      3900000: '1 h 5 min',
      90000000: '25 h',
      180000000: '2 d 2 h',
    };
    for (const [ms, text] of Object.entries(table)) equal(durationText(Number(ms)), text);
  });
});
