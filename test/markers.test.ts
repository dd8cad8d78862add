/** Marker ids are in users' histories, so they never change; the host allows the right ones in every case. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import { ABSENT, type Decision, decisionOf, isMarker, isPreset, RECORDED_IDS } from '../sampling/markers';
import { candidateIds, type PresetDecision } from '../sampling/new-run';
import { resolvePolicy } from '../sampling/policy';
import { constantPolicyStore, type PolicyStore } from '../sampling/policy-store';
import type { SamplingOptions } from '../sampling/rule';
import { composeMarkerHost, type MarkerHostOptions } from '../worker/marker-host';
import { createRunDecisions } from '../worker/run-decisions';

const RUN_ID = '01990a7b-5c3d-7e2f-8a1b-2c3d4e5f6a7b';
const NEVER: SamplingOptions = { default: 0 };
const NEVER_BY_RULE: SamplingOptions = { jobs: { nightly: 0 } };
const ALWAYS: SamplingOptions = { default: 1 };
const BY_RULE: SamplingOptions = { default: 0, jobs: { nightly: 1 } };
const ONE_A_DAY: SamplingOptions = { default: { ratio: 0, atLeast: { runs: 1, per: '1 day' } } };

/** Returns the info of a run of workflow `nightly`. */
const info = (more: Partial<WorkflowInfo> = {}) =>
  ({
    runId: more.runId ?? RUN_ID,
    attempt: 1,
    originalExecutionRunId: RUN_ID,
    workflowType: 'nightly',
    typedSearchAttributes: new TypedSearchAttributes([]),
    ...more,
  }) as WorkflowInfo;

const short = (id: string) => id.replace(/^job-tracing:/, '');

interface Case extends Partial<Omit<MarkerHostOptions, 'mayBind'>> {
  readonly mayBind?: boolean;
  readonly sampling?: SamplingOptions;
}

function hostOf(
  { mayBind = true, sampling = {}, ...options }: Case,
  users?: WorkerOptions['patchActivationCallback'],
) {
  const policy = constantPolicyStore(resolvePolicy(sampling));
  const decisions = createRunDecisions();
  const given = { enabled: true, bind: 'all' as const, policy, decisions, ...options };
  return composeMarkerHost({ ...given, mayBind: () => mayBind }, users);
}

describe('the family of markers', () => {
  it('has these ids with these meanings, permanently', () => {
    const meanings: [string, Decision][] = [
      ['job-tracing:unsampled', { sampled: false, bound: true }],
      ['job-tracing:inherited-unsampled', { sampled: false, bound: true, reason: 'inherited' }],
      ['job-tracing:capped', { sampled: false, bound: true, reason: 'capped' }],
      ['job-tracing:default', { sampled: true, bound: true, reason: 'default' }],
      ['job-tracing:rule', { sampled: true, bound: true, reason: 'rule' }],
      ['job-tracing:inherited', { sampled: true, bound: true, reason: 'inherited' }],
      ['job-tracing:manual', { sampled: true, bound: true, reason: 'manual' }],
      ['job-tracing:signal', { sampled: true, bound: true, reason: 'signal' }],
      ['job-tracing:reservoir', { sampled: true, bound: true, reason: 'reservoir' }],
      ['job-tracing:after-failure', { sampled: true, bound: true, reason: 'after-failure' }],
      ['job-tracing:unbound', { sampled: true, bound: false }],
      ['job-tracing:unbound-given', { sampled: true, bound: false }],
    ];
    deepEqual(
      RECORDED_IDS.map((id) => [id, decisionOf(id)]),
      meanings,
    );
    equal(ABSENT, 'job-tracing:absent');
    ok(Object.isFrozen(RECORDED_IDS));
  });

  const asked: [string, PresetDecision, string[]][] = [
    [
      'decides by policy',
      undefined,
      ['default', 'unsampled', 'rule', 'capped', 'reservoir', 'after-failure', 'unbound'],
    ],
    ['a person started', { forced: 'manual' }, ['manual', 'unbound-given']],
    ['was signalled before its tick', { forced: 'signal' }, ['signal', 'unbound-given']],
    ['inherits that it is sampled', { inherited: { sampled: true } }, ['inherited', 'unbound-given']],
    ['inherits that it is not', { inherited: { sampled: false } }, ['inherited-unsampled']],
  ];
  for (const [what, given, expected] of asked)
    it(`is tried in a fixed order by a run that ${what}`, () =>
      deepEqual(candidateIds(given).map(short), expected));

  it('has a common prefix; other ids, and those of newer versions, have no meaning', () => {
    equal(isMarker('job-tracing:of-a-newer-version'), true);
    for (const id of ['', 'job-tracing', 'jobtracing:default', ' job-tracing:default', 'toString'])
      equal(isMarker(id), false, id);
    for (const id of [ABSENT, 'job-tracing:of-a-newer-version', 'default', ''])
      equal(decisionOf(id), undefined, id);
  });

  it('is used completely: each id either by policy or by runs with a preset decision', () => {
    const byPolicy = candidateIds(undefined);
    const given = new Set(asked.flatMap(([, given]) => (given ? candidateIds(given) : [])));
    deepEqual([byPolicy.filter(isPreset), [...given].filter((id) => !isPreset(id))], [[], []]);
    deepEqual([...byPolicy, ...given].sort(), [...RECORDED_IDS].sort());
  });
});

describe("the host's decisions", () => {
  const forced = ['inherited', 'manual', 'signal'];
  const bound = ['inherited-unsampled', ...forced];
  const no = { mayBind: false };
  const sampledOnly = { bind: 'sampled' } as const;
  const table: [string, Case, string[]][] = [
    ['sampled by default', { sampling: ALWAYS }, [...bound, 'default', 'unbound', 'unbound-given']],
    ['sampled by rule', { sampling: BY_RULE }, [...bound, 'rule', 'unbound', 'unbound-given']],
    ['unsampled by default', { sampling: NEVER }, [...bound, 'unsampled', 'unbound-given']],
    ['unsampled by rule', { sampling: NEVER_BY_RULE }, [...bound, 'unsampled', 'unbound-given']],
    ['sampled, must not bind', { sampling: ALWAYS, ...no }, ['unbound', 'unbound-given']],
    ['unsampled, must not bind', { sampling: NEVER, ...no }, ['unbound-given']],
    [
      'sampled, binds sampled only',
      { sampling: ALWAYS, ...sampledOnly },
      [...forced, 'default', 'unbound', 'unbound-given'],
    ],
    ['unsampled, binds sampled only', { sampling: NEVER, ...sampledOnly }, [...forced, 'unbound-given']],
    [
      'sampled, would bind sampled only, must not',
      { sampling: ALWAYS, ...sampledOnly, ...no },
      ['unbound', 'unbound-given'],
    ],
    [
      'unsampled, would bind sampled only, must not',
      { sampling: NEVER, ...sampledOnly, ...no },
      ['unbound-given'],
    ],
    ['not enabled', { enabled: false, sampling: ALWAYS }, []],
    ['not enabled, must not bind', { enabled: false, sampling: ALWAYS, ...no }, []],
  ];
  for (const [what, given, expected] of table) {
    it(`${what}: ${expected.join(', ') || 'nothing'}`, () => {
      const host = hostOf(given);
      const answers = [ABSENT, ...RECORDED_IDS, 'job-tracing:of-a-newer-version'].filter((patchId) =>
        host({ patchId, workflowInfo: info() }),
      );
      deepEqual(answers.map(short).sort(), [...expected].sort());
    });
  }

  const manual: PresetDecision = { forced: 'manual' };
  const continued: PresetDecision = { inherited: { sampled: false } };
  const outcomes: [string, Case, PresetDecision, string | undefined][] = [
    ['by policy', { sampling: ALWAYS }, undefined, 'default'],
    ['by rule', { sampling: BY_RULE }, undefined, 'rule'],
    ['unsampled', { sampling: NEVER }, undefined, 'unsampled'],
    ['unsampled, not to be bound', { sampling: NEVER, ...sampledOnly }, undefined, undefined],
    ['sampled, must not bind', { sampling: ALWAYS, ...no }, undefined, 'unbound'],
    ['unsampled, must not bind', { sampling: NEVER, ...no }, undefined, undefined],
    ['manual at ratio 0', { sampling: NEVER }, manual, 'manual'],
    ['manual at ratio 0, binds sampled only', { sampling: NEVER, ...sampledOnly }, manual, 'manual'],
    ['manual, must not bind', { sampling: NEVER, ...no }, manual, 'unbound-given'],
    ['manual, not enabled', { enabled: false }, manual, undefined],
    ['inherited at another ratio', { sampling: ALWAYS }, continued, 'inherited-unsampled'],
    ['inherited, binds sampled only', { sampling: ALWAYS, ...sampledOnly }, continued, undefined],
    ['inherited, must not bind', { sampling: ALWAYS, ...no }, continued, undefined],
  ];
  for (const [what, given, run, expected] of outcomes) {
    it(`lead a new run to one marker: ${what}: ${expected ?? 'none, it is untraced'}`, () => {
      const host = hostOf(given);
      const id = candidateIds(run).find((patchId) => host({ patchId, workflowInfo: info() }));
      equal(id && short(id), expected);
    });
  }

  it('depend on the job name, which is the same on the host and in the sandbox', () => {
    const host = hostOf({ sampling: { default: 0, jobs: { named: 1 } } });
    const isRule = (more: Partial<WorkflowInfo>) =>
      host({ patchId: 'job-tracing:rule', workflowInfo: info(more) });
    equal(isRule({ runId: 'a', memo: { jobName: 'named' } }), true);
    equal(isRule({ runId: 'b', workflowType: 'named' }), true);
    equal(isRule({ runId: 'c', workflowType: 'named', memo: { jobName: 'other' } }), false);
    equal(isRule({ runId: 'd', memo: { jobName: 7 } }), false);
  });

  it('are the same whenever the same run is retried, though a new run would get others', () => {
    const host = hostOf({ sampling: ONE_A_DAY });
    const isReserved = (runId: string) =>
      host({ patchId: 'job-tracing:reservoir', workflowInfo: info({ runId }) });
    deepEqual(['a', 'b', 'a', 'b', 'a'].map(isReserved), [true, false, true, false, true]);
  });

  it('for a bundle of an older version are a marker of that version', () => {
    const host = hostOf({ sampling: ONE_A_DAY });
    const older = ['absent', 'unsampled', 'default', 'rule', 'unbound'];
    const granted = older.find((name) => host({ patchId: `job-tracing:${name}`, workflowInfo: info() }));
    equal(granted, 'unbound');
  });

  it('never are an error: a store that breaks its contract leaves the run without a trace, logged once', () => {
    const warnings: string[] = [];
    const policy: PolicyStore = {
      ...constantPolicyStore(resolvePolicy()),
      current() {
        throw new Error('broken');
      },
    };
    const host = hostOf({ policy, log: { warn: (key) => warnings.push(key) } });
    for (const patchId of candidateIds(undefined)) equal(host({ patchId, workflowInfo: info() }), false);
    deepEqual(new Set(warnings), new Set(['decision']));
  });
});

describe("a call-back of the user's", () => {
  it('is called only for its own ids, and its results apply to them', () => {
    const asked: string[] = [];
    const host = hostOf({ sampling: ALWAYS }, ({ patchId }) => {
      asked.push(patchId);
      return patchId === 'users-yes';
    });
    const answers = ['users-yes', 'users-no', 'job-tracing:default', ABSENT].map((patchId) =>
      host({ patchId, workflowInfo: info() }),
    );
    deepEqual(answers, [true, false, true, false]);
    deepEqual(asked, ['users-yes', 'users-no']);
  });

  it('that throws does so for its own ids, and is not called for ours', () => {
    const host = hostOf({}, () => {
      throw new Error("the user's");
    });
    throws(() => host({ patchId: 'users', workflowInfo: info() }), /the user's/);
    equal(host({ patchId: 'job-tracing:default', workflowInfo: info() }), true);
  });

  it('that is missing leaves every patch as without the plugin: active, even when not enabled', () => {
    for (const enabled of [true, false])
      equal(hostOf({ enabled })({ patchId: 'users', workflowInfo: info() }), true);
  });
});
