/** One function validates rules of every source: options throw, and values in Redis yield a message. */
import { deepEqual, doesNotThrow, equal, match, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JobTracingPlugin, type SamplingOptions } from 'temporal-job-tracing';
import { policyFromEnvironment } from '../sampling/environment';
import { resolvePolicy } from '../sampling/policy';
import { parseRule, resolveRule } from '../sampling/rule';

const DEFAULTS = { ratio: 1, keepFailed: true, afterFailureRuns: 1 };
const DAY_MS = 86_400_000;

const GOOD: readonly (readonly [unknown, object])[] = [
  [{}, DEFAULTS],
  [1, DEFAULTS],
  [0, { ...DEFAULTS, ratio: 0 }],
  [2 ** -56, { ...DEFAULTS, ratio: 2 ** -56 }],
  [1 - 2 ** -53, { ...DEFAULTS, ratio: 1 - 2 ** -53 }],
  [{ ratio: undefined, atLeast: undefined }, DEFAULTS],
  [{ atLeast: { runs: 1, per: '1 day' } }, { ...DEFAULTS, atLeast: { runs: 1, perMs: DAY_MS } }],
  [{ atMost: { runs: 7, per: '1 s' } }, { ...DEFAULTS, atMost: { runs: 7, perMs: 1_000 } }],
  [{ atMost: { runs: 7, per: '31 days' } }, { ...DEFAULTS, atMost: { runs: 7, perMs: 31 * DAY_MS } }],
  [{ keepFailed: false }, { ...DEFAULTS, keepFailed: false }],
  [{ keepSlow: { overMs: 1_000 } }, { ...DEFAULTS, keepSlowMs: 1_000 }],
  [{ afterFailure: { runs: 0 } }, { ...DEFAULTS, afterFailureRuns: 0 }],
  [{ afterFailure: { runs: 100 } }, { ...DEFAULTS, afterFailureRuns: 100 }],
];

/** A value, the path of the mistake, and the expectation. */
const BAD: readonly (readonly [unknown, string, string])[] = [
  [Number.NaN, '', 'a number from 0 to 1'],
  [-1, '', 'a number from 0 to 1'],
  [-(2 ** -56), '', 'a number from 0 to 1'],
  [1 + 2 ** -52, '', 'a number from 0 to 1'],
  [Number.POSITIVE_INFINITY, '', 'a number from 0 to 1'],
  [{ ratio: '0.5' }, '.ratio', 'a number from 0 to 1'],
  [{ ratio: null }, '.ratio', 'a number from 0 to 1'],
  [null, '', 'a number from 0 to 1 or a rule'],
  [undefined, '', 'a number from 0 to 1 or a rule'],
  ['0.5', '', 'a number from 0 to 1 or a rule'],
  [[], '', 'a number from 0 to 1 or a rule'],
  [{ ratoi: 1 }, '.ratoi', 'one of ratio, atLeast,'],
  [{ atLeast: 5 }, '.atLeast', 'an object { runs, per }'],
  [{ atLeast: { runs: 0, per: '1 day' } }, '.atLeast.runs', 'an integer, at least 1'],
  [{ atLeast: { runs: 1.5, per: '1 day' } }, '.atLeast.runs', 'an integer, at least 1'],
  [{ atLeast: { runs: 1 } }, '.atLeast.per', 'from 1 second to 31 days'],
  [{ atMost: { runs: 1, per: 3_600_000 } }, '.atMost.per', '"3600000 ms"'],
  [{ atMost: { runs: 1, per: '999 ms' } }, '.atMost.per', 'from 1 second to 31 days'],
  [{ atMost: { runs: 1, per: '31.1 days' } }, '.atMost.per', 'from 1 second to 31 days'],
  [{ atMost: { runs: 1, per: 'a while' } }, '.atMost.per', 'from 1 second to 31 days'],
  [{ atMost: { runs: 1, per: '' } }, '.atMost.per', 'from 1 second to 31 days'],
  [{ atMost: { runs: 1, per: '1 s', each: 1 } }, '.atMost.each', 'one of runs, per'],
  [{ keepFailed: 'yes' }, '.keepFailed', 'a boolean'],
  [{ keepSlow: 500 }, '.keepSlow', 'an object { overMs }'],
  [{ keepSlow: { overMs: 999 } }, '.keepSlow.overMs', 'milliseconds, at least 1000'],
  [{ keepSlow: { overMs: Number.POSITIVE_INFINITY } }, '.keepSlow.overMs', 'milliseconds, at least 1000'],
  [{ afterFailure: true }, '.afterFailure', 'an object { runs }'],
  [{ afterFailure: { runs: -1 } }, '.afterFailure.runs', 'an integer from 0 to 100'],
  [{ afterFailure: { runs: 101 } }, '.afterFailure.runs', 'an integer from 0 to 100'],
];

describe('rules', () => {
  it('valid ones are resolved with all defaults, and frozen', () => {
    for (const [value, expected] of GOOD) {
      const rule = resolveRule('JobTracingPlugin', 'rule', value);
      deepEqual(rule, expected);
      deepEqual(parseRule(value), { rule: expected });
      ok(Object.isFrozen(rule) && Object.isFrozen(rule.atLeast) && Object.isFrozen(rule.atMost));
    }
  });

  it('invalid ones throw with name, expectation, value and type', () => {
    for (const [value, path, expected] of BAD) {
      throws(
        () => resolveRule('JobTracingPlugin', 'sampling.default', value),
        (error) => {
          ok(error instanceof TypeError);
          ok(error.message.startsWith(`JobTracingPlugin: sampling.default${path}: expected `));
          ok(error.message.includes(expected), error.message);
          match(error.message, /, got .+ \((number|object|string|undefined|boolean)\)$/);
          return true;
        },
      );
    }
  });

  it('parseRule never throws: for an invalid rule it returns a sentence that names the place', () => {
    for (const [value, path, expected] of BAD) {
      const parsed = parseRule(value);
      ok('problem' in parsed);
      ok(parsed.problem.startsWith(`${path.slice(1) || 'rule'}: expected `), parsed.problem);
      ok(parsed.problem.includes(expected), parsed.problem);
    }
    const trap = () => {
      throw new Error('trap');
    };
    const hostile = [
      new Proxy({}, { ownKeys: trap }),
      { ratio: { [Symbol.for('nodejs.util.inspect.custom')]: trap } },
      {
        get ratio() {
          return trap();
        },
      },
      Symbol('s'),
      () => {},
      10n,
    ];
    for (const value of hostile) ok('problem' in parseRule(value));
  });
});

describe('policies', () => {
  it('without options every run is sampled', () => {
    deepEqual(resolvePolicy(), { default: DEFAULTS, jobs: new Map() });
  });

  it('a job named like a property of every object has its own rule', () => {
    const options = JSON.parse('{"jobs":{"__proto__":0,"constructor":0.5}}') as SamplingOptions;
    const { jobs } = resolvePolicy(options);
    equal(jobs.get('__proto__')?.ratio, 0);
    equal(jobs.get('constructor')?.ratio, 0.5);
    equal(jobs.get('toString'), undefined);
  });

  it('invalid ones throw when the plugin is constructed, naming the place', () => {
    const bad: readonly (readonly [unknown, RegExp])[] = [
      [null, /: sampling: expected an object with 'default' and 'jobs', got null \(object\)/],
      [0.5, /: sampling: expected an object with 'default' and 'jobs', got 0.5 \(number\)/],
      [{ jbos: {} }, /: sampling.jbos: expected only 'default' and 'jobs', got 'jbos' \(string\)/],
      [{ jobs: [] }, /: sampling.jobs: expected rules by job name or pattern, got \[\] \(object\)/],
      [
        { jobs: { '': 1 } },
        /: sampling.jobs: expected a job name or pattern of 1 to 255 characters, got '' \(string\)/,
      ],
      [{ jobs: { 'a*': 2 } }, /: sampling.jobs\['a\*'\]: expected a number from 0 to 1, got 2 \(number\)/],
      [{ default: null }, /: sampling.default: expected a number from 0 to 1 or a rule, got null/],
    ];
    for (const [sampling, message] of bad) {
      throws(() => new JobTracingPlugin({ sampling: sampling as SamplingOptions }), {
        name: 'OptionError',
        message,
      });
    }
  });

  it('a policy store that lacks a method throws when the plugin is constructed', () => {
    const message = /: policyStore: expected a PolicyStore \(current, .*got \{\} \(object\)/;
    throws(() => new JobTracingPlugin({ policyStore: {} as never }), { name: 'OptionError', message });
    throws(() => new JobTracingPlugin({ policyStore: null as never }), {
      name: 'OptionError',
      message: /got null/,
    });
  });
});

describe('JOB_TRACING_SAMPLING', () => {
  const of = (text: string | undefined) => policyFromEnvironment({ JOB_TRACING_SAMPLING: text });

  it('is the option sampling as JSON; unset or empty, it has no effect', () => {
    deepEqual(
      of('{"default":0.01,"jobs":{"billing-*":{"atLeast":{"runs":1,"per":"1h"}}}}'),
      resolvePolicy({ default: 0.01, jobs: { 'billing-*': { atLeast: { runs: 1, per: '1h' } } } }),
    );
    for (const text of [undefined, '', ' ']) deepEqual(of(text), resolvePolicy());
  });

  it('an invalid value throws, naming the variable', () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['{', /: JOB_TRACING_SAMPLING: expected JSON such as .*, got '\{' \(string\)/],
      ['0.5', /: JOB_TRACING_SAMPLING: expected JSON such as/],
      ['null', /: JOB_TRACING_SAMPLING: expected JSON such as/],
      ['[]', /: JOB_TRACING_SAMPLING: expected an object with 'default' and 'jobs'/],
      ['{"default":7}', /: JOB_TRACING_SAMPLING.default: expected a number from 0 to 1, got 7/],
      ['{"jobs":{"a":-1}}', /: JOB_TRACING_SAMPLING.jobs\['a'\]: expected a number from 0 to 1, got -1/],
    ];
    for (const [text, message] of bad) throws(() => of(text), { name: 'OptionError', message });
  });

  it('applies only without the option', () => {
    process.env.JOB_TRACING_SAMPLING = '{"default":7}';
    try {
      throws(() => new JobTracingPlugin(), /JOB_TRACING_SAMPLING\.default/);
      doesNotThrow(() => new JobTracingPlugin({ sampling: {} }));
    } finally {
      delete process.env.JOB_TRACING_SAMPLING;
    }
  });
});
