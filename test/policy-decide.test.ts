/** The decision for a run: after a failure, ratio, reservoir, cap, in this order, each with its reason. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SamplingRule } from 'temporal-job-tracing';
import { decide } from '../sampling/decide';
import { createFollowUps } from '../sampling/follow-ups';
import { ruleFor } from '../sampling/match';
import { resolvePolicy } from '../sampling/policy';
import { createWindowCounter } from '../sampling/windows';

const DAY = { per: '1 day' } as const;
/** Sampled by a ratio of 0.5. */
const HIGH = 'f'.repeat(32);
/** Not sampled by a ratio of 0.5. */
const LOW = `${'f'.repeat(18)}00000000000000`;

interface Runs {
  readonly jobName?: string;
  readonly traceId?: string;
  readonly followsFailure?: boolean;
}

/** Returns the decisions of a worker with this rule for job `a` (or the default), and with these slow jobs. */
function workerWith(rule: SamplingRule, { isDefault = false, slow = [] as string[] } = {}) {
  const policy = resolvePolicy(isDefault ? { default: rule } : { default: 0, jobs: { a: rule } });
  const sources = {
    counters: createWindowCounter(() => 0),
    followUps: createFollowUps(),
    wasSlow: (jobName: string) => {
      const index = slow.indexOf(jobName);
      return index >= 0 && slow.splice(index, 1).length > 0;
    },
  };
  return ({ jobName = 'a', traceId = LOW, followsFailure = false }: Runs = {}) => {
    const { sampled, reason } = decide(
      { jobName, traceId, followsFailure },
      ruleFor(policy, jobName),
      sources,
    );
    return `${sampled ? '+' : '-'}${reason}`;
  };
}

const FAILED: Runs = { followsFailure: true };

describe('a decision', () => {
  it('by ratio has the reason rule or default', () => {
    const byRule = workerWith({ ratio: 0.5 });
    deepEqual([byRule({ traceId: HIGH }), byRule({ traceId: LOW })], ['+rule', '-rule']);
    const byDefault = workerWith({ ratio: 0.5 }, { isDefault: true });
    deepEqual([byDefault({ traceId: HIGH }), byDefault({ traceId: LOW })], ['+default', '-default']);
  });

  it('a run after a failed one is sampled at any ratio', () => {
    deepEqual([FAILED, {}, FAILED, FAILED].map(workerWith({ ratio: 0 })), [
      '+after-failure',
      '-rule',
      '+after-failure',
      '+after-failure',
    ]);
  });

  it('after-failure comes before the ratio', () => {
    equal(workerWith({ ratio: 1 })(FAILED), '+after-failure');
  });

  it('afterFailure.runs counts the runs of the job after the failed one, on this worker', () => {
    const run = workerWith({ ratio: 0, afterFailure: { runs: 3 } }, { isDefault: true });
    deepEqual([FAILED, { jobName: 'b' }, {}, {}, {}].map(run), [
      '+after-failure',
      '-default',
      '+after-failure',
      '+after-failure',
      '-default',
    ]);
    deepEqual(
      [FAILED, {}, FAILED, {}, {}, {}].map(run),
      [...Array(5).fill('+after-failure'), '-default'],
      'another failure counts anew',
    );
  });

  it('afterFailure.runs 0: an earlier failure has no effect', () => {
    const slow = ['a'];
    const run = workerWith({ ratio: 0, afterFailure: { runs: 0 } }, { slow });
    deepEqual([run(FAILED), run()], ['-rule', '-rule']);
    deepEqual(slow, ['a'], 'the sign of a slow run stays for a rule that wants it');
  });

  it('a run after a slow one is sampled like one after a failed one', () => {
    const run = workerWith({ ratio: 0, afterFailure: { runs: 2 } }, { slow: ['a'] });
    deepEqual([run(), run(), run()], ['+after-failure', '+after-failure', '-rule']);
  });

  it('a reservoir samples the first runs of a window, separately for each job', () => {
    const run = workerWith({ ratio: 0, atLeast: { runs: 2, ...DAY } }, { isDefault: true });
    deepEqual([{}, {}, {}].map(run), ['+reservoir', '+reservoir', '-default']);
    equal(run({ jobName: 'b' }), '+reservoir');
  });

  it('runs sampled for another reason count in the reservoir and keep their reason', () => {
    const run = workerWith({ ratio: 0.5, atLeast: { runs: 3, ...DAY } });
    deepEqual([{ traceId: HIGH }, FAILED, {}, {}].map(run), [
      '+rule',
      '+after-failure',
      '+reservoir',
      '-rule',
    ]);
  });

  it('a cap applies to ratios, reservoirs and runs after failures alike, separately for each job', () => {
    const cap = { runs: 1, ...DAY };
    const byRatio = workerWith({ ratio: 0.5, atMost: cap }, { isDefault: true });
    deepEqual(
      [{}, { traceId: HIGH }, { traceId: HIGH }, {}].map(byRatio),
      ['-default', '+default', '-capped', '-default'],
      'runs that are not sampled do not count',
    );
    equal(byRatio({ jobName: 'b', traceId: HIGH }), '+default');
    const reservoir = workerWith({ ratio: 0, atLeast: { runs: 2, ...DAY }, atMost: cap });
    deepEqual([{}, {}, {}].map(reservoir), ['+reservoir', '-capped', '-rule']);
    const failing = workerWith({ ratio: 0, atMost: cap });
    deepEqual([FAILED, FAILED, {}].map(failing), ['+after-failure', '-capped', '-rule']);
  });

  it('a pattern gives each matching job windows of its own', () => {
    const policy = resolvePolicy({ default: 0, jobs: { 'a*': { ratio: 0, atLeast: { runs: 1, ...DAY } } } });
    const sources = {
      counters: createWindowCounter(() => 0),
      followUps: createFollowUps(),
      wasSlow: () => false,
    };
    const reasons = ['a1', 'a2', 'a1'].map(
      (jobName) =>
        decide({ jobName, traceId: LOW, followsFailure: false }, ruleFor(policy, jobName), sources).reason,
    );
    deepEqual(reasons, ['reservoir', 'reservoir', 'rule']);
  });
});
