/** Where the policy is one ratio for ever, a run that it leaves out knows so by itself: it asks nothing. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SamplingOptions } from 'temporal-job-tracing';
import { resolvePolicy } from '../sampling/policy';
import { constantPolicyStore } from '../sampling/policy-store';
import { noticeOf } from '../worker/marker-host';
import { hostWith, infoOf, last } from './support/marker-asks';

/** A run id with these 14 hex digits at its end. */
function idEndingWith(digits: string): string {
  return `11111111-1111-4111-81${digits.slice(0, 2)}-${digits.slice(2)}`;
}

describe('a marker that is known beforehand', () => {
  it('is not asked for by a run that a ratio for ever leaves out, where only sampled runs are bound', () => {
    for (const ratio of [0, 2 ** -56, 0.01, 0.5, 1 / 3, 1]) {
      const policy = resolvePolicy({ default: { ratio, atMost: { runs: 1_000, per: '1 day' } } });
      const notice = noticeOf({ enabled: true, bind: 'sampled' }, policy, true);
      const ask = hostWith({ bind: 'sampled', policy: constantPolicyStore(policy) });
      for (let run = 0; run < 300; run++) {
        const info = infoOf();
        const asked = ask(info, undefined, 'sampled', notice);
        deepEqual(
          asked.length === 1,
          last(ask(info, undefined, 'sampled')) === '-',
          `${ratio} ${info.runId}`,
        );
      }
      const rest = [{ attempt: 2 }, { lastFailure: new Error('before') }];
      for (const run of rest) equal(last(ask(infoOf(run), undefined, 'sampled', notice)), 'after-failure');
      equal(last(ask(infoOf(), { forced: 'manual' }, 'sampled', notice)), 'manual');
    }
    const [edge, below] = ['80000000000000', '7fffffffffffff'].map((end) =>
      infoOf({ runId: idEndingWith(end) }),
    );
    const half = noticeOf({ enabled: true, bind: 'sampled' }, resolvePolicy({ default: 0.5 }), true);
    const ask = hostWith({ bind: 'sampled', sampling: { default: 0.5 } });
    deepEqual(ask(edge as WorkflowInfo, undefined, 'sampled', half), ['any', 'default', 'default']);
    deepEqual(ask(below as WorkflowInfo, undefined, 'sampled', half), ['-']);
  });

  it('is asked for by every run of a policy that may change, or that decides by more than a ratio', () => {
    const noticed = (
      sampling: SamplingOptions,
      { enabled = true, isConstant = true, bind = 'sampled' as 'all' | 'sampled' } = {},
    ) => noticeOf({ enabled, bind }, resolvePolicy(sampling), isConstant).below;
    equal(noticed({ default: 0 }), 'g');
    equal(noticed({ default: { ratio: 0.5, afterFailure: { runs: 0 } } }), '8');
    equal(noticed({ default: 0 }, { isConstant: false }), undefined);
    equal(noticed({ default: 0 }, { enabled: false }), undefined);
    equal(noticed({ default: 0 }, { bind: 'all' }), undefined);
    equal(noticed({ default: 0, jobs: { 'important-*': 1 } }), undefined);
    equal(noticed({ default: { ratio: 0, atLeast: { runs: 1, per: '1 day' } } }), undefined);
    equal(noticed({ default: { ratio: 0, afterFailure: { runs: 2 } } }), undefined);
    equal(noticed({ default: { ratio: 0, keepSlow: { overMs: 1_000 } } }), undefined);
  });
});
