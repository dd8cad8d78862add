/** Options of the plugin from environment variables: each is read, validated and documented. */
import { deepEqual, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { optionsFromEnvironment } from '../worker/environment';

describe('options from the environment', () => {
  it('are exactly those in the documentation', () => {
    const page = readFileSync(path.join(__dirname, '../../docs/register.md'), 'utf8');
    const documented = Array.from(page.matchAll(/^\| `(JOB_TRACING_\w+)`/gm), ([, name = '']) => name);
    throws(
      () => optionsFromEnvironment({ JOB_TRACING_BINDING: 'all' }),
      ({ message }: Error) => {
        const listed = /expected one of (.*), got 'JOB_TRACING_BINDING'/.exec(message)?.[1]?.split(', ');
        deepEqual(listed?.filter((name) => name !== 'JOB_TRACING_CONSOLE_TOKEN').sort(), documented.sort());
        return true;
      },
    );
  });

  it('are read, each in its own form', () =>
    deepEqual(
      optionsFromEnvironment({
        JOB_TRACING_ENABLED: 'False',
        JOB_TRACING_SAMPLING: '{}',
        JOB_TRACING_BIND: ' sampled ',
        JOB_TRACING_REGISTER_SEARCH_ATTRIBUTES: 'true',
        JOB_TRACING_RUN_NOW_SIGNAL: 'goNow',
        JOB_TRACING_ACCEPT_FORCED: 'client, signal',
        JOB_TRACING_TRACE_URL: 'http://a.example/{traceId}',
        JOB_TRACING_CARRY_BAGGAGE: 'tenant, region',
        JOB_TRACING_PROPAGATE_TO: '{"except":["api.example.com"]}',
        JOB_TRACING_INSTRUMENTATIONS: 'auto',
        JOB_TRACING_FLUSH_TIMEOUT_MS: '100',
        JOB_TRACING_CONSOLE_TOKEN: 'x',
        OTHER: 'y',
      }),
      {
        enabled: false,
        bind: 'sampled',
        registerSearchAttributes: true,
        runNowSignal: 'goNow',
        acceptForced: ['client', 'signal'],
        traceUrl: 'http://a.example/{traceId}',
        carryBaggage: ['tenant', 'region'],
        propagateTo: { except: ['api.example.com'] },
        instrumentations: 'auto',
        flushTimeoutMs: 100,
      },
    ));

  it('may be absent; empty ones count as absent', () => {
    deepEqual(optionsFromEnvironment({}), {});
    deepEqual(optionsFromEnvironment({ JOB_TRACING_BIND: '', JOB_TRACING_TRACE_URL: ' ' }), {});
    deepEqual(optionsFromEnvironment({ JOB_TRACING_ACCEPT_FORCED: 'none' }), { acceptForced: [] });
  });

  for (const [name, value, expected] of [
    ['JOB_TRACING_ENABLED', 'yes', /JOB_TRACING_ENABLED: expected true or false, got 'yes'/],
    ['JOB_TRACING_BIND', 'none', /JOB_TRACING_BIND: expected all or sampled, got 'none'/],
    ['JOB_TRACING_ACCEPT_FORCED', 'client,me', /expected none, or some of client,signal,scheduledJob, got/],
    ['JOB_TRACING_TRACE_URL', 'jaeger', /JOB_TRACING_TRACE_URL: expected traceUrl: an? .*, such as http/],
    ['JOB_TRACING_TRACE_URL', '{"preset":"jaeger"', /JOB_TRACING_TRACE_URL: expected JSON, such as http/],
    ['JOB_TRACING_CARRY_BAGGAGE', 'a,,b', /expected none, or names separated by commas, got 'a,,b'/],
    ['JOB_TRACING_PROPAGATE_TO', 'a.example', /expected JSON, such as \{"except":\["api.example.com"/],
    [
      'JOB_TRACING_PROPAGATE_TO',
      '{"except":["a:1"]}',
      /expected propagateTo.except\[0\]: a host without .* got/,
    ],
    ['JOB_TRACING_INSTRUMENTATIONS', 'pg', /JOB_TRACING_INSTRUMENTATIONS: expected auto, got 'pg'/],
    ['JOB_TRACING_FLUSH_TIMEOUT_MS', '5s', /expected milliseconds from 0 to 60000, got '5s'/],
  ] as const)
    it(`refuse ${name}=${value}`, () => throws(() => optionsFromEnvironment({ [name]: value }), expected));
});
