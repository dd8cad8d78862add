/** Silences and groups: what keeps alerts from being muted for good. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupSignals, type Signal } from '../alerts/grouping';
import type { Observation } from '../alerts/incident/observation';
import { addSilence, readSilences, type Silence, silenceOf } from '../alerts/silence';
import { failed, HANDLING, slow, succeeded } from './support/alerts/incident-under-test';

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

  it('drops silences that have ended', () => {
    const all = addSilence([{ job: 'old', untilMs: 5, reason: '' }], { job: 'a', for: '1h' }, 5);
    deepEqual(typeof all === 'string' ? all : all.map(({ job }) => job), ['a']);
  });

  it('that is invalid is refused with the reason', () => {
    const table: readonly [unknown, RegExp][] = [
      [undefined, /job: expected a job name or pattern of 1 to 255 characters, got undefined/],
      [{ job: '', for: '1h' }, /job: expected/],
      [{ job: 'x'.repeat(256), for: '1h' }, /job: expected/],
      [{ job: 'a' }, /for: expected a duration such as "2 hours", got undefined/],
      [{ job: 'a', for: 'a while' }, /for: expected a duration such as "2 hours", got "a while" \(string\)/],
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
  const group = (signals: readonly Signal[], isNew: (signal: Signal) => boolean = () => true) =>
    groupSignals(signals, isNew, () => 'the group');

  it('merges more than five alerts of one type into one message', () => {
    const { signals, groups } = group(many(6, (run) => failed(run, 1)));
    deepEqual(groups, [{ workflowId: 'the group', type: 'job.failed', to: ['oncall'], members: 6 }]);
    deepEqual(new Set(signals.map((one) => one.group)), new Set(['the group']));
  });

  it('does not merge five alerts', () => {
    const { signals, groups } = group(many(5, (run) => failed(run, 1)));
    deepEqual([groups.length, signals.every((one) => one.group === undefined)], [0, true]);
  });

  it('is by type', () => {
    const signals = [...many(6, (run) => slow(run, 1)), ...many(5, (run) => failed(run, 1))];
    deepEqual(
      group(signals).groups.map(({ type, members }) => [type, members]),
      [['job.slow', 6]],
    );
  });

  it('is by channels', () => {
    const others = many(3, (run) => failed(run, 1)).map((one) => ({
      ...one,
      handling: { ...HANDLING, to: ['team'] },
    }));
    equal(group([...many(3, (run) => failed(run, 1)), ...others]).groups.length, 0);
  });

  it('counts only what is new', () => {
    const signals = many(6, (run) => failed(run, 1));
    equal(group(signals, ({ subject }) => subject.name !== 'job-0').groups.length, 0);
  });

  it('also merges recoveries, but not slow runs that have ended', () => {
    equal(group(many(6, (run) => succeeded(run, 1))).groups.length, 1);
    equal(group(many(6, (run) => slow(run, 1, 2))).groups.length, 0);
  });

  it('does not include a job with two types of problems', () => {
    const mixed = many(6, (run) => failed(run, 1)).map((one) => ({
      ...one,
      seen: [...one.seen, slow('x', 1)],
    }));
    equal(group(mixed).groups.length, 0);
  });
});
