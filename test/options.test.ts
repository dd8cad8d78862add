/** The constructor of the plugin throws for invalid options, with name, expectation, value and type. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  type JobStartOptions,
  type JobTracingOptions,
  JobTracingPlugin,
  OptionError,
} from 'temporal-job-tracing';
import { resolveAlerts } from '../alerts/config/resolve';
import type { JobAlertsConfig } from '../alerts/config/types';
import { checkJobStartOptions } from '../core/jobs/start-options';
import { resolveOptions } from '../worker/options';

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const RATIO = 'a number from 0 to 1';
const BAGGAGE = "an array of baggage entry names such as ['tenant']";

/** Options, and the name, expectation, value and type in the message. */
type Wrong = [unknown, string, string, string, string];

describe('a wrong option of the plugin', () => {
  const table: Wrong[] = [
    [null, 'options', 'an object', 'null', 'object'],
    ['text', 'options', 'an object', "'text'", 'string'],
    [7, 'options', 'an object', '7', 'number'],
    [[], 'options', 'an object', '[]', 'object'],
    [{ sampeling: {} }, 'sampeling', 'one of enabled, sampling,', "'sampeling'", 'string'],
    [{ enabled: 'no' }, 'enabled', 'a boolean', "'no'", 'string'],
    [{ enabled: null }, 'enabled', 'a boolean', 'null', 'object'],
    [{ registerSearchAttributes: 1 }, 'registerSearchAttributes', 'a boolean', '1', 'number'],
    [{ bind: 'none' }, 'bind', "'all' or 'sampled'", "'none'", 'string'],
    [{ bind: true }, 'bind', "'all' or 'sampled'", 'true', 'boolean'],
    [{ sampling: 0.5 }, 'sampling', 'an object', '0.5', 'number'],
    [{ sampling: null }, 'sampling', 'an object', 'null', 'object'],
    [{ sampling: [] }, 'sampling', 'an object', '[]', 'object'],
    [{ sampling: { ratio: 1 } }, 'sampling.ratio', "only 'default' and 'jobs'", "'ratio'", 'string'],
    [{ sampling: { default: 2 } }, 'sampling.default', RATIO, '2', 'number'],
    [{ sampling: { default: -1 } }, 'sampling.default', RATIO, '-1', 'number'],
    [{ sampling: { default: Number.NaN } }, 'sampling.default', RATIO, 'NaN', 'number'],
    [{ sampling: { default: '1' } }, 'sampling.default', RATIO, "'1'", 'string'],
    [{ sampling: { default: 1n } }, 'sampling.default', RATIO, '1n', 'bigint'],
    [{ sampling: { jobs: 'a=1' } }, 'sampling.jobs', 'rules by job name or pattern', "'a=1'", 'string'],
    [{ sampling: { jobs: [1] } }, 'sampling.jobs', 'rules by job name or pattern', '[ 1 ]', 'object'],
    [
      { sampling: { jobs: new Map() } },
      'sampling.jobs',
      'rules by job name or pattern',
      'Map(0) {}',
      'object',
    ],
    [{ sampling: { jobs: { a: null } } }, "sampling.jobs['a']", RATIO, 'null', 'object'],
    [
      { sampling: { jobs: { a: { rate: 1 } } } },
      "sampling.jobs['a'].rate",
      'one of ratio,',
      "'rate'",
      'string',
    ],
    [{ policyStore: {} }, 'policyStore', 'a PolicyStore (', '{}', 'object'],
    [
      { acceptForced: 'client' },
      'acceptForced',
      "an array of 'client', 'signal' and 'scheduledJob'",
      "'client'",
      'string',
    ],
    [
      { acceptForced: ['cli'] },
      'acceptForced',
      "an array of 'client', 'signal' and 'scheduledJob'",
      "[ 'cli' ]",
      'object',
    ],
    [{ carryBaggage: 'tenant' }, 'carryBaggage', BAGGAGE, "'tenant'", 'string'],
    [{ carryBaggage: ['a b'] }, 'carryBaggage', BAGGAGE, "[ 'a b' ]", 'object'],
    [{ carryBaggage: ['*'] }, 'carryBaggage', BAGGAGE, "[ '*' ]", 'object'],
    [{ propagateTo: ['a'] }, 'propagateTo', '{ only: […] } or', "[ 'a' ]", 'object'],
    [{ propagateTo: { only: ['a:1'] } }, 'propagateTo.only[0]', 'a host without', "'a:1'", 'string'],
    [{ instrumentations: 'all' }, 'instrumentations', 'an array of instr', "'all'", 'string'],
    [{ instrumentations: 'auto' }, 'instrumentations', '@opentelemetry/auto-instr', "'auto'", 'string'],
    [{ instrumentations: [{}] }, 'instrumentations[0]', 'an Instrumentation (', '{}', 'object'],
    [{ runNowSignal: '' }, 'runNowSignal', 'a signal name', "''", 'string'],
    [{ runNowSignal: Symbol('s') }, 'runNowSignal', 'a signal name', 'Symbol(s)', 'symbol'],
    [{ flushTimeoutMs: -1 }, 'flushTimeoutMs', 'milliseconds from 0 to 60000', '-1', 'number'],
    [{ flushTimeoutMs: 60_001 }, 'flushTimeoutMs', 'milliseconds from 0 to 60000', '60001', 'number'],
    [{ flushTimeoutMs: Number.NaN }, 'flushTimeoutMs', 'milliseconds from 0 to 60000', 'NaN', 'number'],
    [{ flushTimeoutMs: '5s' }, 'flushTimeoutMs', 'milliseconds from 0 to 60000', "'5s'", 'string'],
    [{ spanProcessors: [] }, 'spanProcessors', 'an array with at least one SpanProcessor', '[]', 'object'],
    [{ spanProcessors: {} }, 'spanProcessors', 'an array with at least one SpanProcessor', '{}', 'object'],
    [{ spanProcessors: [{}] }, 'spanProcessors[0]', 'a SpanProcessor (onStart, onEnd,', '{}', 'object'],
    [{ resource: null }, 'resource', "a Resource with 'attributes'", 'null', 'object'],
    [
      { resource: cyclic },
      'resource',
      "a Resource with 'attributes'",
      '<ref *1> { self: [Circular *1] }',
      'object',
    ],
  ];
  for (const [options, name, expected, given, type] of table) {
    it(`${name}: ${given} (${type})`, () => {
      throws(
        () => new JobTracingPlugin(options as JobTracingOptions),
        (error: unknown) => {
          ok(error instanceof OptionError && error instanceof TypeError);
          deepEqual([error.name, error.subject, error.option], ['OptionError', 'JobTracingPlugin', name]);
          const { message } = error;
          ok(message.startsWith(`JobTracingPlugin: ${name}: expected ${expected}`), message);
          ok(message.endsWith(`, got ${given} (${type})`), message);
          return true;
        },
      );
    });
  }

  it('traceUrl: as the client refuses it (trace-url.test.ts)', () => {
    const message = 'JobTracingPlugin: traceUrl: expected a template or a preset, got 7 (number)';
    throws(() => new JobTracingPlugin({ traceUrl: 7 as unknown as string }), { message });
  });

  it('that is long is cut in the message', () => {
    const long = { bind: 'x'.repeat(1_000_000) } as unknown as JobTracingOptions;
    throws(
      () => new JobTracingPlugin(long),
      ({ message }: Error) => message.length < 300,
    );
  });
});

describe('options that are left out', () => {
  it('may be written as undefined, as values from the environment are', () => {
    const url = process.env.NO_SUCH_VARIABLE;
    const options: JobTracingOptions = { traceUrl: url, policyStore: undefined, spanProcessors: undefined };
    equal(resolveOptions(options).sandbox.traceUrl, '');
    const alerts: JobAlertsConfig = {
      channels: { ops: { type: 'slack', url: 'https://a.example' } },
      traceUrl: url,
    };
    equal(resolveAlerts(alerts).traceUrl, undefined);
    equal(new JobTracingPlugin(options).name, 'temporal-job-tracing');
  });

  for (const options of [undefined, {}, { enabled: undefined, sampling: undefined, bind: undefined }]) {
    it(`are the defaults: ${JSON.stringify(options)}`, () => {
      const { policy, ...others } = resolveOptions(options as JobTracingOptions);
      deepEqual(
        { default: policy.default, jobs: [...policy.jobs] },
        { default: { ratio: 1, keepFailed: true, afterFailureRuns: 1 }, jobs: [] },
      );
      deepEqual(others, {
        enabled: true,
        hasSampling: false,
        bind: 'all',
        registerSearchAttributes: true,
        sandbox: {
          runNowSignal: 'runNow',
          acceptForcedStart: true,
          acceptForcedJob: true,
          acceptForcedSignal: true,
          traceUrl: '',
          bind: 'all',
          carryBaggage: '*',
        },
        flushTimeoutMs: 5_000,
      });
    });
  }
});

describe('options that are given', () => {
  it('are accepted, and frozen', () => {
    const processor = new SimpleSpanProcessor(new InMemorySpanExporter());
    const resolved = resolveOptions({
      enabled: false,
      bind: 'sampled',
      registerSearchAttributes: false,
      runNowSignal: 'go',
      acceptForced: ['signal'],
      traceUrl: 'https://x.test/{traceId}',
      carryBaggage: ['tenant', 'region'],
      instrumentations: [],
      spanProcessors: [processor],
      flushTimeoutMs: 0,
    });
    const { policy: _, ...others } = resolved;
    deepEqual(others, {
      enabled: false,
      hasSampling: false,
      bind: 'sampled',
      registerSearchAttributes: false,
      sandbox: {
        runNowSignal: 'go',
        acceptForcedStart: false,
        acceptForcedJob: false,
        acceptForcedSignal: true,
        traceUrl: 'https://x.test/{traceId}',
        bind: 'sampled',
        carryBaggage: 'tenant,region',
      },
      instrumentations: [],
      spanProcessors: [processor],
      flushTimeoutMs: 0,
    });
    ok(Object.isFrozen(resolved) && Object.isFrozen(resolved.sandbox));
  });

  it('may accept forced runs from nobody', () => {
    const { sandbox } = resolveOptions({ acceptForced: [] });
    deepEqual(
      [sandbox.acceptForcedStart, sandbox.acceptForcedJob, sandbox.acceptForcedSignal],
      [false, false, false],
    );
  });
});

const NAME = 'a name of at most 255 characters, no double quote, backslash or control character';
const OFFSET = "a duration with its unit, such as '-1 day'";

describe("a wrong option 'job' of a start", () => {
  const table: Wrong[] = [
    [null, 'job', 'an object', 'null', 'object'],
    ['nightly', 'job', 'an object', "'nightly'", 'string'],
    [
      { runnow: true },
      'job.runnow',
      'one of name, runNow, reason, lane, loadTest, dataTimeOffset, trace',
      "'runnow'",
      'string',
    ],
    [{ name: '' }, 'job.name', NAME, "''", 'string'],
    [{ name: 7n }, 'job.name', NAME, '7n', 'bigint'],
    [
      { lane: '灰度' },
      'job.lane',
      'a name of at most 64 letters, digits, dots, dashes and underscores',
      "'灰度'",
      'string',
    ],
    [{ runNow: 1 }, 'job.runNow', 'a boolean', '1', 'number'],
    [{ dataTimeOffset: -86_400 }, 'job.dataTimeOffset', OFFSET, '-86400', 'number'],
    [{ trace: 'mine' }, 'job.trace', "'own' or 'caller'", "'mine'", 'string'],
    [{ trace: cyclic }, 'job.trace', "'own' or 'caller'", '<ref *1> { self: [Circular *1] }', 'object'],
  ];
  for (const [job, name, expected, given, type] of table) {
    it(`${name}: ${given} (${type})`, () => {
      throws(() => checkJobStartOptions(job as JobStartOptions), {
        message: `start options: ${name}: expected ${expected}, got ${given} (${type})`,
      });
    });
  }

  it('does not include a correct one', () => {
    for (const job of [{}, { name: 'nightly', runNow: false, trace: 'own' }, { trace: 'caller' }] as const)
      equal(checkJobStartOptions(job), undefined);
  });
});
