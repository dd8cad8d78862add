/** The host's answers become markers: one id is true for a run, the same whenever the run asks again. */
import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SamplingOptions } from 'temporal-job-tracing';
import {
  ABSENT,
  askFor,
  DECISIONS,
  decisionOf,
  type Given,
  type HostNotice,
  idsToAsk,
  isGiven,
} from '../sampling/markers';
import { resolvePolicy } from '../sampling/policy';
import { constantPolicyStore, type PolicyStore } from '../sampling/policy-store';
import { composeMarkerHost } from '../worker/marker-host';
import { createRunDecisions } from '../worker/run-decisions';
import { HOST, hostWith, infoOf, last, type RunParts } from './support/marker-asks';

const UNSAMPLED: HostNotice = { common: 'unsampled' };
const DEFAULT: HostNotice = { common: 'default' };
const CAP_0 = { ratio: 0, atLeast: { runs: 1, per: '1 day' } } as const;

describe('the marker of a run', () => {
  it('tells each decision, and the common runs ask twice where nothing tells of a host', () => {
    deepEqual(hostWith({ sampling: { default: 0 } })(infoOf()), ['default', 'unsampled', 'unsampled']);
    deepEqual(hostWith()(infoOf()), ['default', 'absent', 'default']);
    const reasonOf = (sampling: SamplingOptions, run: RunParts = {}) =>
      last(hostWith({ sampling })(infoOf(run)));
    equal(reasonOf({ default: 0, jobs: { job: 0 } }), 'unsampled');
    equal(reasonOf({}), 'default');
    equal(reasonOf({ jobs: { 'j*': 1 } }), 'rule');
    equal(reasonOf({ default: CAP_0 }), 'reservoir');
    equal(reasonOf({ default: 0 }, { attempt: 2 }), 'after-failure');
    equal(reasonOf({ default: 0 }, { lastFailure: new Error('before') }), 'after-failure');
    const capped = hostWith({ sampling: { default: { atMost: { runs: 1, per: '1 day' } } } });
    deepEqual(
      [last(capped(infoOf())), capped(infoOf())],
      ['default', ['default', 'unsampled', 'rule', 'capped', 'capped']],
    );
  });

  it('is asked for once by the common run where the worker has told what that is', () => {
    const never = hostWith({ sampling: { default: 0 } });
    deepEqual(never(infoOf(), undefined, 'all', UNSAMPLED), ['unsampled', 'unsampled']);
    deepEqual(hostWith()(infoOf(), undefined, 'all', DEFAULT), ['default', 'default']);
    deepEqual(hostWith()(infoOf(), { forced: 'manual' }, 'all', UNSAMPLED), ['manual', 'manual']);
    const asked = hostWith({ bind: 'sampled' })(infoOf(), undefined, 'sampled', DEFAULT);
    deepEqual(asked, ['any', 'default', 'default']);
  });

  it('is the same, at more asks, where the worker has told wrongly what is common', () => {
    const never = hostWith({ sampling: { default: 0 } });
    deepEqual(never(infoOf(), undefined, 'all', DEFAULT), ['default', 'default', 'unsampled', 'unsampled']);
    deepEqual(hostWith()(infoOf(), undefined, 'all', UNSAMPLED), ['unsampled', 'default', 'default']);
    const byRule = hostWith({ sampling: { jobs: { 'j*': 1 } } });
    for (const notice of [UNSAMPLED, DEFAULT])
      equal(last(byRule(infoOf(), undefined, 'all', notice)), 'rule');
  });

  it('is asked for once by a run that gets none where only sampled runs are bound', () => {
    const sampledOnly = hostWith({ bind: 'sampled', sampling: { default: 0 } });
    deepEqual(sampledOnly(infoOf(), undefined, 'sampled'), ['any', '-']);
    deepEqual(hostWith({ enabled: false })(infoOf(), undefined, 'sampled'), ['any', '-']);
    equal(last(hostWith({ bind: 'sampled' })(infoOf(), undefined, 'sampled')), 'default');
    // A run that knows its decision only asks whether it may bind.
    deepEqual(sampledOnly(infoOf(), { forced: 'manual' }, 'sampled'), ['manual', 'absent', 'manual']);
  });

  it('is the same, at more asks, when the bundle was made for another binding than the worker', () => {
    for (const bind of ['all', 'sampled'] as const)
      for (const ratio of [0, 1]) {
        const host = hostWith({ bind, sampling: { default: ratio } });
        equal(last(host(infoOf(), undefined, 'all')), last(host(infoOf(), undefined, 'sampled')));
      }
  });

  it('is none where no host answers, whatever is asked', () => {
    for (const bind of ['all', 'sampled'] as const)
      for (const given of [undefined, { forced: 'manual' }, { inherited: { sampled: false } }] as Given[])
        deepEqual(
          askFor(infoOf(), given, bind, () => true, new Set()),
          { answered: false },
        );
  });

  it('is the same when a failed task asks again, and the run is counted once', () => {
    const told: string[] = [];
    const recorded: WorkflowInfo[] = [];
    const ask = hostWith({
      sampling: { default: CAP_0 },
      onDecision: (...decision) => told.push(decision.join(' ')),
      onRecorded: (info) => recorded.push(info),
    });
    const [first, second] = [infoOf(), infoOf()];
    deepEqual(
      [first, second, first, second, first].map((info) => last(ask(info))),
      ['reservoir', 'unsampled', 'reservoir', 'unsampled', 'reservoir'],
    );
    deepEqual(told, [`${first?.runId} job true reservoir`, `${second?.runId} job false default`]);
    deepEqual(recorded, [first]);
  });

  it('stays what it was when the policy changes before the run asks again', () => {
    let policy = resolvePolicy({ default: 1 });
    const store: PolicyStore = { ...constantPolicyStore(policy), current: () => policy };
    const ask = hostWith({ policy: store });
    const info = infoOf();
    equal(last(ask(info)), 'default');
    policy = resolvePolicy({ default: 0 });
    deepEqual([last(ask(info)), last(ask(infoOf()))], ['default', 'unsampled']);
  });

  it('is forgotten only after 10,000 further runs', () => {
    const ask = hostWith({ sampling: { default: CAP_0 } });
    const info = infoOf();
    equal(last(ask(info)), 'reservoir');
    for (let run = 0; run < 9_999; run++) ask(infoOf());
    equal(last(ask(info)), 'reservoir');
    ask(infoOf());
    equal(last(ask(info)), 'unsampled');
  });

  it('without binding only sampled runs have one', () => {
    const mayBind = () => false;
    equal(last(hostWith({ mayBind })(infoOf())), 'unbound');
    equal(last(hostWith({ mayBind, sampling: { default: CAP_0 } })(infoOf())), 'unbound');
    equal(last(hostWith({ mayBind, sampling: { default: 0 } })(infoOf())), '-');
    const ask = hostWith({ bind: 'sampled', sampling: { default: { atMost: { runs: 1, per: '1 day' } } } });
    deepEqual([last(ask(infoOf())), last(ask(infoOf()))], ['default', '-']);
  });

  it('of a run that knows its decision is not the policy’s, nor capped, nor taken from memory', () => {
    const never: SamplingOptions = { default: { ratio: 0, atMost: { runs: 1, per: '1 day' } } };
    const ask = hostWith({ sampling: never });
    for (let run = 0; run < 3; run++) equal(last(ask(infoOf(), { forced: 'manual' })), 'manual');
    equal(last(ask(infoOf(), { forced: 'signal' })), 'signal');
    equal(last(ask(infoOf(), { inherited: { sampled: true } })), 'inherited');
    equal(last(ask(infoOf(), { inherited: { sampled: false } })), 'inherited-unsampled');
    const info = infoOf();
    equal(last(ask(info)), 'unsampled');
    equal(last(ask(info, { forced: 'signal' })), 'signal', 'a signal came since the task that failed');
    const unbound = hostWith({ mayBind: () => false });
    equal(last(unbound(infoOf(), { forced: 'manual' })), 'unbound-given');
    equal(last(unbound(infoOf(), { inherited: { sampled: false } })), '-');
  });

  it('a threshold is known of what the ratio decided, and of nothing else', () => {
    const ratio = { ratio: 1, atMost: { runs: 2, per: '1 day' } } as const;
    const decisions = createRunDecisions();
    const ask = hostWith({ decisions, sampling: { default: ratio, jobs: { reserved: CAP_0 } } });
    const stateAfter = (run: RunParts, given?: Given) => {
      const info = infoOf(run);
      return [last(ask(info, given)), decisions.traceState(info.runId.replaceAll('-', ''))];
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

  it('is told of, forced and inherited ones too', () => {
    const told: string[] = [];
    const ask = hostWith({
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

describe('the host', () => {
  it('answers a bundle of an older version with a marker that it knows', () => {
    const policy = constantPolicyStore(resolvePolicy({ default: CAP_0 }));
    const host = composeMarkerHost({ ...HOST, policy, decisions: createRunDecisions() }, undefined);
    const workflowInfo = infoOf();
    const older = ['absent', 'unsampled', 'default', 'rule', 'unbound'];
    equal(
      older.find((name) => host({ workflowInfo, patchId: `job-tracing:${name}` })),
      'unbound',
    );
  });

  it('denies ids of a newer version, and every id when it is not enabled', () => {
    const policy = constantPolicyStore(resolvePolicy());
    const host = composeMarkerHost({ ...HOST, policy, decisions: createRunDecisions() }, undefined);
    equal(host({ workflowInfo: infoOf(), patchId: 'job-tracing:to-come' }), false);
    equal(last(hostWith({ enabled: false })(infoOf())), '-');
    equal(last(hostWith({ enabled: false })(infoOf(), { forced: 'manual' })), '-');
  });

  it('never throws: a store that breaks its contract leaves the run without a trace and is named once', () => {
    const warnings: string[] = [];
    const policy: PolicyStore = {
      ...constantPolicyStore(resolvePolicy()),
      current() {
        throw new Error('broken');
      },
    };
    const ask = hostWith({ policy, log: { warn: (key) => warnings.push(key) } });
    equal(last(ask(infoOf())), '-');
    deepEqual(new Set(warnings), new Set(['decision']));
  });

  it('leaves other ids to the user’s call-back, with its errors; without one they are true', () => {
    const options = {
      ...HOST,
      policy: constantPolicyStore(resolvePolicy()),
      decisions: createRunDecisions(),
    };
    const input = { workflowInfo: infoOf(), patchId: 'users' };
    equal(composeMarkerHost(options, undefined)(input), true);
    equal(composeMarkerHost(options, ({ patchId }) => patchId !== 'users')(input), false);
  });
});

describe('marker ids', () => {
  it('each is asked either by policy or by runs that know their decision', () => {
    const givens: Given[] = [
      { forced: 'manual' },
      { forced: 'signal' },
      { inherited: { sampled: true } },
      { inherited: { sampled: false } },
    ];
    const byPolicy = idsToAsk(undefined);
    const given = new Set(givens.flatMap((given) => idsToAsk(given)));
    deepEqual(byPolicy.filter(isGiven), []);
    deepEqual(
      [...given].filter((id) => !isGiven(id)),
      [],
    );
    deepEqual([...byPolicy, ...given].sort(), Object.keys(DECISIONS).sort());
    equal(decisionOf(ABSENT), undefined);
  });
});
