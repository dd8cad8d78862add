/**
 * The candidate markers of a new run: the host allows exactly one of them, the same at each attempt; with a policy of
 * one constant ratio, a run that is not sampled tries none.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SamplingOptions } from 'temporal-job-tracing';
import type { HostHint } from '../sampling/host-hint';
import { decideNewRun, type PresetDecision } from '../sampling/new-run';
import { resolvePolicy } from '../sampling/policy';
import { constantPolicyStore, type PolicyStore } from '../sampling/policy-store';
import { hostHintFor } from '../worker/marker-host';
import { createRunDecisions } from '../worker/run-decisions';
import { allowedIdOf, infoOf, markerHost, type RunParts } from './support/marker-host';

const UNSAMPLED: HostHint = { usual: 'unsampled' };
const DEFAULT: HostHint = { usual: 'default' };
const CAP_0 = { ratio: 0, atLeast: { runs: 1, per: '1 day' } } as const;

/** A run id with these 14 hex digits at its end. */
function idEndingWith(digits: string): string {
  return `11111111-1111-4111-81${digits.slice(0, 2)}-${digits.slice(2)}`;
}

describe('the marker of a run', () => {
  it('records each decision, and common runs try two patch ids without a host hint', () => {
    deepEqual(markerHost({ sampling: { default: 0 } })(infoOf()), ['default', 'unsampled', 'unsampled']);
    deepEqual(markerHost()(infoOf()), ['default', 'absent', 'default']);
    const reasonOf = (sampling: SamplingOptions, run: RunParts = {}) =>
      allowedIdOf(markerHost({ sampling })(infoOf(run)));
    equal(reasonOf({ default: 0, jobs: { job: 0 } }), 'unsampled');
    equal(reasonOf({}), 'default');
    equal(reasonOf({ jobs: { 'j*': 1 } }), 'rule');
    equal(reasonOf({ default: CAP_0 }), 'reservoir');
    equal(reasonOf({ default: 0 }, { attempt: 2 }), 'after-failure');
    equal(reasonOf({ default: 0 }, { lastFailure: new Error('before') }), 'after-failure');
    const capped = markerHost({ sampling: { default: { atMost: { runs: 1, per: '1 day' } } } });
    deepEqual(
      [allowedIdOf(capped(infoOf())), capped(infoOf())],
      ['default', ['default', 'unsampled', 'rule', 'capped', 'capped']],
    );
  });

  it('is the first patch id that the common run tries, given the host hint', () => {
    const never = markerHost({ sampling: { default: 0 } });
    deepEqual(never(infoOf(), undefined, 'all', UNSAMPLED), ['unsampled', 'unsampled']);
    deepEqual(markerHost()(infoOf(), undefined, 'all', DEFAULT), ['default', 'default']);
    deepEqual(markerHost()(infoOf(), { forced: 'manual' }, 'all', UNSAMPLED), ['manual', 'manual']);
    const asked = markerHost({ bind: 'sampled' })(infoOf(), undefined, 'sampled', DEFAULT);
    deepEqual(asked, ['any', 'default', 'default']);
  });

  it('is the same, after more patch ids, with a wrong host hint', () => {
    const never = markerHost({ sampling: { default: 0 } });
    deepEqual(never(infoOf(), undefined, 'all', DEFAULT), ['default', 'default', 'unsampled', 'unsampled']);
    deepEqual(markerHost()(infoOf(), undefined, 'all', UNSAMPLED), ['unsampled', 'default', 'default']);
    const byRule = markerHost({ sampling: { jobs: { 'j*': 1 } } });
    for (const hint of [UNSAMPLED, DEFAULT])
      equal(allowedIdOf(byRule(infoOf(), undefined, 'all', hint)), 'rule');
  });

  it('costs one patch id for a run without a marker, if only sampled runs are bound', () => {
    const sampledOnly = markerHost({ bind: 'sampled', sampling: { default: 0 } });
    deepEqual(sampledOnly(infoOf(), undefined, 'sampled'), ['any', '-']);
    deepEqual(markerHost({ enabled: false })(infoOf(), undefined, 'sampled'), ['any', '-']);
    equal(allowedIdOf(markerHost({ bind: 'sampled' })(infoOf(), undefined, 'sampled')), 'default');
    // A run with a preset decision only tries whether it may bind.
    deepEqual(sampledOnly(infoOf(), { forced: 'manual' }, 'sampled'), ['manual', 'absent', 'manual']);
  });

  it('is the same, after more patch ids, if the bundle was built for another binding than the worker', () => {
    for (const bind of ['all', 'sampled'] as const)
      for (const ratio of [0, 1]) {
        const host = markerHost({ bind, sampling: { default: ratio } });
        equal(
          allowedIdOf(host(infoOf(), undefined, 'all')),
          allowedIdOf(host(infoOf(), undefined, 'sampled')),
        );
      }
  });

  it('is absent if the worker has no plugin', () => {
    for (const bind of ['all', 'sampled'] as const)
      for (const given of [
        undefined,
        { forced: 'manual' },
        { inherited: { sampled: false } },
      ] as PresetDecision[])
        deepEqual(
          decideNewRun(infoOf(), given, bind, () => true, new Set()),
          { hasHost: false },
        );
  });

  it('is the same after a failed task, and the run is counted once', () => {
    const told: string[] = [];
    const recorded: WorkflowInfo[] = [];
    const ask = markerHost({
      sampling: { default: CAP_0 },
      onDecision: (...decision) => told.push(decision.join(' ')),
      onRecorded: (info) => recorded.push(info),
    });
    const [first, second] = [infoOf(), infoOf()];
    deepEqual(
      [first, second, first, second, first].map((info) => allowedIdOf(ask(info))),
      ['reservoir', 'unsampled', 'reservoir', 'unsampled', 'reservoir'],
    );
    deepEqual(told, [`${first?.runId} job true reservoir`, `${second?.runId} job false default`]);
    deepEqual(recorded, [first]);
  });

  it('stays the same when the policy changes before the task is retried', () => {
    let policy = resolvePolicy({ default: 1 });
    const store: PolicyStore = { ...constantPolicyStore(policy), current: () => policy };
    const ask = markerHost({ policy: store });
    const info = infoOf();
    equal(allowedIdOf(ask(info)), 'default');
    policy = resolvePolicy({ default: 0 });
    deepEqual([allowedIdOf(ask(info)), allowedIdOf(ask(infoOf()))], ['default', 'unsampled']);
  });

  it('is forgotten only after 10,000 further runs', () => {
    const ask = markerHost({ sampling: { default: CAP_0 } });
    const info = infoOf();
    equal(allowedIdOf(ask(info)), 'reservoir');
    for (let run = 0; run < 9_999; run++) ask(infoOf());
    equal(allowedIdOf(ask(info)), 'reservoir');
    ask(infoOf());
    equal(allowedIdOf(ask(info)), 'unsampled');
  });

  it('exists only for sampled runs without binding', () => {
    const mayBind = () => false;
    equal(allowedIdOf(markerHost({ mayBind })(infoOf())), 'unbound');
    equal(allowedIdOf(markerHost({ mayBind, sampling: { default: CAP_0 } })(infoOf())), 'unbound');
    equal(allowedIdOf(markerHost({ mayBind, sampling: { default: 0 } })(infoOf())), '-');
    const ask = markerHost({ bind: 'sampled', sampling: { default: { atMost: { runs: 1, per: '1 day' } } } });
    deepEqual([allowedIdOf(ask(infoOf())), allowedIdOf(ask(infoOf()))], ['default', '-']);
  });

  it('of a run with a preset decision depends on neither policy, cap nor memory', () => {
    const never: SamplingOptions = { default: { ratio: 0, atMost: { runs: 1, per: '1 day' } } };
    const ask = markerHost({ sampling: never });
    for (let run = 0; run < 3; run++) equal(allowedIdOf(ask(infoOf(), { forced: 'manual' })), 'manual');
    equal(allowedIdOf(ask(infoOf(), { forced: 'signal' })), 'signal');
    equal(allowedIdOf(ask(infoOf(), { inherited: { sampled: true } })), 'inherited');
    equal(allowedIdOf(ask(infoOf(), { inherited: { sampled: false } })), 'inherited-unsampled');
    const info = infoOf();
    equal(allowedIdOf(ask(info)), 'unsampled');
    equal(allowedIdOf(ask(info, { forced: 'signal' })), 'signal', 'a signal came since the task that failed');
    const unbound = markerHost({ mayBind: () => false });
    equal(allowedIdOf(unbound(infoOf(), { forced: 'manual' })), 'unbound-given');
    equal(allowedIdOf(unbound(infoOf(), { inherited: { sampled: false } })), '-');
  });

  it('comes with a threshold only if the ratio decided', () => {
    const ratio = { ratio: 1, atMost: { runs: 2, per: '1 day' } } as const;
    const decisions = createRunDecisions();
    const ask = markerHost({ decisions, sampling: { default: ratio, jobs: { reserved: CAP_0 } } });
    const stateAfter = (run: RunParts, given?: PresetDecision) => {
      const info = infoOf(run);
      return [allowedIdOf(ask(info, given)), decisions.traceState(info.runId.replaceAll('-', ''))];
    };
    const runId = randomUUID();
    deepEqual(stateAfter({ runId }), ['default', 'ot=th:0']);
    deepEqual(stateAfter({ runId }, { forced: 'signal' }), ['signal', undefined], 'a signal came since');
    equal(decisions.find(runId), undefined);
    deepEqual(stateAfter({}, { forced: 'manual' }), ['manual', undefined]);
    deepEqual(stateAfter({}, { inherited: { sampled: true } }), ['inherited', undefined]);
    deepEqual(stateAfter({ workflowType: 'reserved' }), ['reservoir', undefined]);
    deepEqual(stateAfter({ attempt: 2 }), ['after-failure', undefined]);
    deepEqual(stateAfter({}), ['capped', undefined]);
    equal(decisions.traceState('f'.repeat(32)), undefined);
  });

  it('is reported, also for forced and inherited decisions', () => {
    const told: string[] = [];
    const ask = markerHost({
      onDecision: (...decision) => told.push(decision.join(' ')),
      onRecorded: () => told.push('recorded by the policy'),
    });
    const manual = infoOf();
    ask(manual, { forced: 'manual' });
    const inherited = infoOf();
    ask(inherited, { inherited: { sampled: false } });
    deepEqual(told, [`${manual.runId} job true manual`, `${inherited.runId} job false inherited`]);
  });
});

describe('a marker that is known beforehand', () => {
  it('is not tried by a run that a fixed ratio never samples, if only sampled runs are bound', () => {
    for (const ratio of [0, 2 ** -56, 0.01, 0.5, 1 / 3, 1]) {
      const policy = resolvePolicy({ default: { ratio, atMost: { runs: 1_000, per: '1 day' } } });
      const hint = hostHintFor({ enabled: true, bind: 'sampled' }, policy, true);
      const ask = markerHost({ bind: 'sampled', policy: constantPolicyStore(policy) });
      for (let run = 0; run < 300; run++) {
        const info = infoOf();
        const asked = ask(info, undefined, 'sampled', hint);
        deepEqual(
          asked.length === 1,
          allowedIdOf(ask(info, undefined, 'sampled')) === '-',
          `${ratio} ${info.runId}`,
        );
      }
      const rest = [{ attempt: 2 }, { lastFailure: new Error('before') }];
      for (const run of rest)
        equal(allowedIdOf(ask(infoOf(run), undefined, 'sampled', hint)), 'after-failure');
      equal(allowedIdOf(ask(infoOf(), { forced: 'manual' }, 'sampled', hint)), 'manual');
    }
    const [edge, below] = ['80000000000000', '7fffffffffffff'].map((end) =>
      infoOf({ runId: idEndingWith(end) }),
    );
    const half = hostHintFor({ enabled: true, bind: 'sampled' }, resolvePolicy({ default: 0.5 }), true);
    const ask = markerHost({ bind: 'sampled', sampling: { default: 0.5 } });
    deepEqual(ask(edge as WorkflowInfo, undefined, 'sampled', half), ['any', 'default', 'default']);
    deepEqual(ask(below as WorkflowInfo, undefined, 'sampled', half), ['-']);
  });

  it('is tried by every run of a policy that may change, or that decides by more than a ratio', () => {
    const noticed = (
      sampling: SamplingOptions,
      { enabled = true, isConstant = true, bind = 'sampled' as 'all' | 'sampled' } = {},
    ) => hostHintFor({ enabled, bind }, resolvePolicy(sampling), isConstant).unsampled;
    equal(noticed({ default: 0 }), 'all');
    deepEqual(noticed({ default: { ratio: 0.5, afterFailure: { runs: 0 } } }), { below: '8' });
    equal(noticed({ default: 0 }, { isConstant: false }), undefined);
    equal(noticed({ default: 0 }, { enabled: false }), undefined);
    equal(noticed({ default: 0 }, { bind: 'all' }), undefined);
    equal(noticed({ default: 0, jobs: { 'important-*': 1 } }), undefined);
    equal(noticed({ default: { ratio: 0, atLeast: { runs: 1, per: '1 day' } } }), undefined);
    equal(noticed({ default: { ratio: 0, afterFailure: { runs: 2 } } }), undefined);
    equal(noticed({ default: { ratio: 0, keepSlow: { overMs: 1_000 } } }), undefined);
  });
});
