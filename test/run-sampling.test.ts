/** The client's explanation of a decision, from the markers and from the current rule, which may have changed since. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SamplingOptions } from 'temporal-job-tracing';
import { runSampling } from '../client/run-sampling';
import { explainRule } from '../sampling/explain';
import { DECISIONS } from '../sampling/markers';
import { resolvePolicy } from '../sampling/policy';
import { type LiveRule, parseLiveRule } from '../sampling/redis/live-rule';

/** Sampled by every ratio above 0. */
const HIGH = 'f'.repeat(32);
/** Sampled only by ratio 1. */
const LOW = `${'f'.repeat(18)}00000000000000`;
const START = new Date('2030-01-31T12:00:00Z');

interface Situation {
  readonly traceId?: string;
  readonly policy?: SamplingOptions;
  /** Rules in Redis, in their stored form. */
  readonly redis?: Readonly<Record<string, string>>;
}

/** Returns the explanation for a run of job `billing-eu` with these markers. */
function of(markers: readonly string[], { traceId = LOW, policy, redis = {} }: Situation = {}) {
  const rules = Object.entries(redis).map(([pattern, text]): [string, LiveRule] => {
    const parsed = parseLiveRule(text);
    if ('problem' in parsed) throw new Error(parsed.problem);
    return [pattern, parsed.stored];
  });
  const explanation = policy && explainRule(resolvePolicy(policy), new Map(rules), 'billing-eu');
  const ids = markers.map((name) => `job-tracing:${name}`);
  const found = runSampling({ traceId, startTime: START, markers: ['of-the-user', ...ids] }, explanation);
  return found && [found.sampled, found.reason, found.text];
}

const RULE: SamplingOptions = { default: 1, jobs: { 'billing-*': 0.01 } };

/** The part of the explanation of a client without the policy. */
const MISSING =
  "which is not known here (it is in the workers' option sampling or in Redis: set the option sampling or redis of JobClient)";

describe('the decision of a run', () => {
  it('has the rule that decided', () => {
    deepEqual(of(['unsampled'], { policy: RULE }), [false, 'rule', 'not sampled: rule billing-*, 1 %']);
    deepEqual(of(['rule'], { traceId: HIGH, policy: RULE }), [true, 'rule', 'sampled: rule billing-*, 1 %']);
    deepEqual(of(['unsampled'], { policy: { default: 0.00001 } }), [
      false,
      'default',
      'not sampled: default, 0.001 %',
    ]);
    deepEqual(of(['default'], { traceId: HIGH, policy: { default: 2 ** -56 } }), [
      true,
      'default',
      'sampled: default, 1.38778e-15 %',
    ]);
    const atMost = { runs: 1, per: '1 day' } as const;
    deepEqual(of(['capped'], { policy: { jobs: { 'billing-*': { atMost } } } }), [
      false,
      'capped',
      'not sampled: capped (rule billing-*, 100 %)',
    ]);
    deepEqual(of(['reservoir'], { policy: { default: { ratio: 0.01, atLeast: atMost } } }), [
      true,
      'reservoir',
      'sampled: reservoir (default, 1 %)',
    ]);
    deepEqual(of(['after-failure'], { policy: RULE }), [
      true,
      'after-failure',
      'sampled: after-failure (rule billing-*, 1 %)',
    ]);
  });

  it('needs no policy if a person or the run before decided', () => {
    for (const policy of [undefined, RULE]) {
      const situation = policy && { policy };
      deepEqual(of(['manual'], situation), [true, 'manual', 'sampled: manual']);
      deepEqual(of(['signal'], situation), [true, 'signal', 'sampled: signal']);
      deepEqual(of(['inherited'], situation), [true, 'inherited', 'sampled: inherited']);
      deepEqual(of(['inherited-unsampled'], situation), [false, 'inherited', 'not sampled: inherited']);
    }
  });

  it('of a tail-sampled run has the reason for both decisions', () => {
    deepEqual(of(['kept-failed', 'unsampled'], { policy: RULE }), [
      true,
      'kept-failed',
      'kept-failed, only the root span; not sampled: rule billing-*, 1 %',
    ]);
    deepEqual(of(['kept-slow', 'inherited-unsampled']), [
      true,
      'kept-slow',
      'kept-slow, only the root span; not sampled: inherited',
    ]);
    // A shard, whose decision is its parent's.
    deepEqual(of(['kept-failed'], { policy: RULE }), [
      true,
      'kept-failed',
      'kept-failed, only the root span; not sampled: inherited',
    ]);
  });

  it('without the policy leaves the rule out', () => {
    deepEqual(of(['unsampled']), [false, undefined, `not sampled: the ratio of its rule, ${MISSING}`]);
    deepEqual(of(['rule']), [true, 'rule', 'sampled: rule']);
    deepEqual(of(['capped']), [false, 'capped', 'not sampled: capped']);
  });

  it('is absent without a marker of ours', () => {
    equal(of([]), undefined);
    equal(of(['to-come'], { policy: RULE }), undefined);
  });

  it('marks a rule that is younger than the run as changed', () => {
    const written = (at: string) => ({ policy: RULE, redis: { 'billing-*': `{"ratio":0.1,"at":"${at}"}` } });
    deepEqual(of(['unsampled'], written('2030-01-31T11:59:59Z')), [
      false,
      'rule',
      'not sampled: rule billing-*, 10 %',
    ]);
    deepEqual(of(['unsampled'], written('2030-01-31T12:00:01Z')), [
      false,
      'rule',
      'not sampled: a ratio (since changed, now rule billing-*, 10 %)',
    ]);
  });

  it('marks a rule that would decide otherwise as changed, for every reason of the policy', () => {
    const day = { runs: 1, per: '1 day' } as const;
    const table: readonly (readonly [keyof typeof DECISIONS, string, SamplingOptions, boolean])[] = [
      ['job-tracing:unsampled', LOW, { default: 0.5 }, false],
      ['job-tracing:unsampled', HIGH, { default: 0.5 }, true],
      ['job-tracing:default', HIGH, { default: 0.5 }, false],
      ['job-tracing:default', LOW, { default: 0.5 }, true],
      ['job-tracing:default', HIGH, { jobs: { '*': 0.5 } }, true],
      ['job-tracing:rule', HIGH, { jobs: { '*': 0.5 } }, false],
      ['job-tracing:rule', LOW, { jobs: { '*': 0.5 } }, true],
      ['job-tracing:rule', HIGH, { default: 0.5 }, true],
      ['job-tracing:capped', HIGH, { default: { atMost: day } }, false],
      ['job-tracing:capped', HIGH, {}, true],
      ['job-tracing:reservoir', LOW, { default: { ratio: 0.5, atLeast: day } }, false],
      ['job-tracing:reservoir', LOW, { default: 0.5 }, true],
      ['job-tracing:reservoir', HIGH, { default: { ratio: 0.5, atLeast: day } }, true],
      ['job-tracing:after-failure', LOW, { default: 0 }, false],
      ['job-tracing:after-failure', LOW, { default: { afterFailure: { runs: 0 } } }, true],
    ];
    for (const [id, traceId, policy, isChanged] of table) {
      const explanation = explainRule(resolvePolicy(policy), new Map(), 'billing-eu');
      const found = runSampling({ traceId, startTime: START, markers: [id] }, explanation);
      equal(found?.rule?.isChanged, isChanged, `${id} ${JSON.stringify(policy)}`);
    }
  });

  it('has a text for every marker, with the policy and without', () => {
    for (const id of Object.keys(DECISIONS)) {
      for (const explanation of [undefined, explainRule(resolvePolicy(RULE), new Map(), 'billing-eu')]) {
        const { text = '' } =
          runSampling({ traceId: LOW, startTime: START, markers: [id] }, explanation) ?? {};
        equal(/^(not )?sampled: [a-z]/.test(text), true, `${id}: ${text}`);
      }
    }
  });
});
