/** Silences and groups, which keep the number of messages low. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupSignals, type Signal } from '../alerts/grouping';
import type { Observation } from '../alerts/incident/observation';
import { addSilence, endedEarly, readSilences, type Silence, silenceOf } from '../alerts/silence';
import { JobsInTrouble } from '../alerts/watch/trouble';
import { cleared, failed, HANDLING, overdue, slow, succeeded } from './support/alerts/incident-under-test';

const HOUR = 3_600_000;

function silences(...requests: readonly unknown[]): readonly Silence[] {
  return requests.reduce<readonly Silence[]>((all, request) => {
    const next = addSilence(all, request, 0);
    if (typeof next === 'string') throw new Error(next);
    return next;
  }, []);
}

describe('a silence', () => {
  it('applies to matching jobs until it ends', () => {
    const all = silences({ job: 'nightly-*', for: '2 hours', reason: 'release' });
    deepEqual(silenceOf(all, 'nightly-report', HOUR)?.reason, 'release');
    deepEqual(
      [silenceOf(all, 'weekly', HOUR), silenceOf(all, 'nightly-report', 2 * HOUR)],
      [undefined, undefined],
    );
  });

  it('that ends last applies', () => {
    const all = silences({ job: '*', for: '1 hour' }, { job: 'a', for: '3h' });
    equal(silenceOf(all, 'a', 0)?.untilMs, 3 * HOUR);
  });

  it('is replaced by one for the same name, and ended by one with duration 0', () => {
    equal(silences({ job: 'a', for: '1h' }, { job: 'a', for: '30m' })[0]?.untilMs, HOUR / 2);
    deepEqual(silences({ job: 'a', for: '1h' }, { job: 'a', for: 0 }), []);
  });

  it('ends early if it is ended, or replaced by a shorter one', () => {
    const before = silences(
      { job: 'ended', for: '3h' },
      { job: 'shorter', for: '3h' },
      { job: 'over', for: '1h' },
    );
    const after = silences({ job: 'shorter', for: '2h' }, { job: 'new', for: '1h' });
    const names = endedEarly(before, after, HOUR).map(({ job }) => job);
    deepEqual(names, ['ended', 'shorter']);
    deepEqual(endedEarly(after, silences({ job: 'shorter', for: '2h' }, { job: 'new', for: '4h' }), 0), []);
  });

  it('drops silences that have ended', () => {
    const all = addSilence([{ job: 'old', untilMs: 5, reason: '' }], { job: 'a', for: '1h' }, 5);
    deepEqual(typeof all === 'string' ? all : all.map(({ job }) => job), ['a']);
  });

  it('that is invalid is refused with the reason', () => {
    const table: readonly [unknown, RegExp][] = [
      [undefined, /job: expected a job name or pattern of 1 to 255 characters, got undefined/],
      [{ job: '', for: '1h' }, /job: expected/],
      [{ job: 'x'.repeat(256), for: '1h' }, /job: expected/],
      [
        { job: 'a' },
        /for: expected a duration such as "2 hours", up to 35 days, or 0 to end the silence, got undefined/,
      ],
      [
        { job: 'a', for: 'a while' },
        /for: expected a duration such as "2 hours", .*, got "a while" \(string\)/,
      ],
      [{ job: 'a', for: -1 }, /for: expected/],
      [{ job: 'a', for: '36 days' }, /for: expected/],
      [{ job: 'a', for: '1h', reason: 7 }, /reason: expected a string, got 7 \(number\)/],
    ];
    for (const [request, message] of table) match(String(addSilence([], request, 0)), message);
    const full = Array.from({ length: 100 }, (_, index) => ({ job: `${index}`, untilMs: 9, reason: '' }));
    match(String(addSilence(full, { job: 'a', for: '1h' }, 0)), /at most 100 silences/);
  });

  it('is read from a memo, and invalid ones are left out', () => {
    const one = { job: 'a', untilMs: 1, reason: '' };
    deepEqual([readSilences([one, null, { job: 1 }, 'x']), readSilences('x')], [[one], []]);
  });
});

describe('grouping', () => {
  const signal = (job: string, ...seen: readonly Observation[]): Signal => ({
    subject: { kind: 'job', name: job },
    handling: HANDLING,
    seen,
  });
  const many = (count: number, seen: (job: string) => Observation): Signal[] =>
    Array.from({ length: count }, (_, index) => signal(`job-${index}`, seen(`run-${index}`)));
  /** Groups the signals of a poll, after those of earlier polls. */
  const group = (signals: readonly Signal[], earlier: readonly Signal[] = []) => {
    const trouble = new JobsInTrouble();
    for (const one of earlier) trouble.signalled(one, 1);
    return groupSignals(
      signals,
      (one) => trouble.kindsOf(one),
      () => 'the group',
    );
  };
  const kindsOf = (signals: readonly Signal[], earlier?: readonly Signal[]) =>
    group(signals, earlier).groups.map(({ type, members }) => `${members} ${type}`);
  const failures = many(6, (run) => failed(run, 1));
  const recoveries = many(6, (run) => succeeded(run, 2));

  it('merges more than five alerts of one type into one message', () => {
    const { signals, groups } = group(failures);
    deepEqual(groups, [{ workflowId: 'the group', type: 'job.failed', to: ['oncall'], members: 6 }]);
    deepEqual(new Set(signals.map((one) => one.group)), new Set(['the group']));
  });

  it('does not merge five alerts', () => {
    const { signals, groups } = group(failures.slice(1));
    deepEqual([groups.length, signals.every((one) => one.group === undefined)], [0, true]);
  });

  it('is by type', () => {
    deepEqual(kindsOf([...many(6, (run) => slow(run, 1)), ...failures.slice(1)]), ['6 job.slow']);
  });

  it('is by channels', () => {
    const others = failures.slice(3).map((one) => ({ ...one, handling: { ...HANDLING, to: ['team'] } }));
    deepEqual(kindsOf([...failures.slice(0, 3), ...others]), []);
  });

  it('is by state: runs that are slow are not merged with those that were', () => {
    const ended = many(3, (run) => slow(run, 1, 2));
    deepEqual(kindsOf([...many(3, (run) => slow(run, 1)), ...ended]), []);
  });

  it('does not count a failure after one that was reported', () => {
    deepEqual(kindsOf(failures, [signal('job-0', failed('earlier', 0))]), []);
  });

  it('counts a failure after a recovery, and each slow run', () => {
    deepEqual(kindsOf(failures, [...failures, ...recoveries]), ['6 job.failed']);
    const slowRuns = many(6, (run) => slow(run, 1));
    deepEqual(
      kindsOf(
        many(6, (run) => slow(`${run}, later`, 2)),
        slowRuns,
      ),
      ['6 job.slow'],
    );
  });

  it('also merges the ends of alerts', () => {
    deepEqual(kindsOf(recoveries, failures), ['6 job.recovered']);
    deepEqual(
      kindsOf(
        recoveries,
        many(6, () => overdue(0, 1)),
      ),
      ['6 job.overdue'],
    );
    deepEqual(kindsOf(many(6, (run) => cleared(`slow:${run}`, 2))), ['6 job.slow']);
    deepEqual(kindsOf(many(6, (run) => cleared(`stuck:${run}`, 2))), ['6 job.stuck']);
    deepEqual(kindsOf(many(6, (run) => slow(run, 1, 2))), ['6 job.slow']);
  });

  it('does not count successes of jobs without an open alert', () => {
    deepEqual(kindsOf(recoveries), []);
  });

  it('does not include a job with two kinds of messages', () => {
    const mixed = failures.map((one) => ({ ...one, seen: [...one.seen, slow('x', 1)] }));
    deepEqual(kindsOf(mixed), []);
    const both = failures.map((one) => ({ ...one, seen: [...one.seen, overdue(0, 1)] }));
    deepEqual(kindsOf(recoveries, both), []);
  });
});
