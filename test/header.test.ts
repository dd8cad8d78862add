/** The `_tracer-data` header is read as it was written; an invalid one never throws, and yields the problem. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultPayloadConverter, type Headers, type Payload } from '@temporalio/common';
import { carrierOf, type JobHeader, readHeader, TRACE_HEADER, writeHeader } from '../core/trace-header';
import { hostileValues } from './support/hostile';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };

const read = (payload: Payload) => readHeader({ [TRACE_HEADER]: payload });
const readCarrier = (carrier: unknown) => read(defaultPayloadConverter.toPayload(carrier));
const readJobHeader = (jobHeader: unknown) =>
  readCarrier({ traceparent: TRACEPARENT, 'job-tracing': jobHeader }).header?.jobHeader;
const bytes = (text: string) => new TextEncoder().encode(text);
const json = (text: string): Payload => ({ metadata: { encoding: bytes('json/plain') }, data: bytes(text) });

describe('the trace header', () => {
  const jobHeaders: JobHeader[] = [
    { kind: 'start', forced: true, joinCaller: false },
    { kind: 'start', forced: false, joinCaller: true },
    { kind: 'start', forced: false, joinCaller: false, facts: { lane: 'gray', loadtest: true } },
    { kind: 'top' },
    { kind: 'top', trigger: 'manual', forced: true, facts: { reason: 'why', startedBy: 'who' } },
    { kind: 'top', trigger: 'cron', facts: { scheduledMs: 1_700_000_000_000, dataOffsetMs: -86_400_000 } },
    { kind: 'child', job: 'nightly ü \u{1f4a1}', runId: 'run', trigger: 'schedule' },
    { kind: 'shard', job: 'j', runId: 'run', trigger: 'cron', shard: { index: 0 } },
    {
      ...{ kind: 'shard', job: 'j', runId: 'run', trigger: 'cron', facts: { lane: 'gray' } },
      shard: { index: 7, count: 8, label: 'accounts 7000 to 7999' },
      parentTraceId: span.traceId,
    },
    { kind: 'continued', sampled: false, trigger: 'cron' },
    { kind: 'activity', attempt: 2, shard: { index: 1 }, facts: { scheduledMs: 1 } },
  ];
  for (const jobHeader of jobHeaders) {
    it(`is read back as it was written: ${JSON.stringify(jobHeader)}`, () => {
      const header = { span: { ...span, traceState: 'a=1' }, baggage: 'user=1', jobHeader };
      deepEqual(read(writeHeader(header)), { header });
    });
  }

  it('is absent without being a problem', () => {
    for (const headers of [undefined, null, {}, { other: json('1') }]) deepEqual(readHeader(headers), {});
  });

  it('of the official plugin has no jobHeader of ours', () => {
    const carrier = { traceparent: TRACEPARENT, tracestate: 'a=1', baggage: 'b=2' };
    deepEqual(readCarrier(carrier), { header: { span: { ...span, traceState: 'a=1' }, baggage: 'b=2' } });
    deepEqual(carrierOf({ span: { ...span, traceState: 'a=1' }, baggage: 'b=2' }), carrier);
  });

  it('without any field that we know is empty', () => {
    deepEqual(readCarrier({}), { header: {} });
    deepEqual(readCarrier({ b3: 'x', baggage: '', tracestate: 'a=1' }), { header: {} });
    deepEqual(carrierOf({}), {});
  });

  const invalid: [string, Payload, string][] = [
    ['one byte too many', json(`"${'x'.repeat(16_383)}"`), 'it has 16385 bytes, more than 16384'],
    ['10 MB', json(`"${'x'.repeat(10_000_000)}"`), 'it has 10000002 bytes, more than 16384'],
    ['no JSON', json('{"traceparent":'), 'it cannot be decoded'],
    ['no data', { metadata: { encoding: bytes('json/plain') } }, 'it cannot be decoded'],
    ['nothing at all', {}, 'it cannot be decoded'],
    [
      'an unknown encoding',
      { metadata: { encoding: bytes('binary/encrypted') }, data: bytes('x') },
      'it cannot be decoded',
    ],
    [
      'no UTF-8',
      { metadata: { encoding: bytes('json/plain') }, data: new Uint8Array([0xff, 0xfe]) },
      'it cannot be decoded',
    ],
    ['deep nesting', json('['.repeat(16_000)), 'it cannot be decoded'],
    ['null', json('null'), 'it is not a text map'],
    ['a text', json('"text"'), 'it is not a text map'],
    ['a number', json('1'), 'it is not a text map'],
    ['a list', json('[]'), 'it is not a text map'],
    ['bytes', { metadata: { encoding: bytes('binary/null') } }, 'it cannot be decoded'],
    ['a traceparent that is none', json('{"traceparent":"00-0-0-00"}'), 'its traceparent is not valid'],
    [
      'a traceparent that is not a string',
      json('{"traceparent":{"toString":1}}'),
      'its traceparent is not valid',
    ],
  ];
  for (const [what, payload, problem] of invalid) {
    it(`is ignored and says why: ${what}`, () => deepEqual(read(payload), { problem }));
  }

  it('is read at its largest', () => {
    const header = json(`{"baggage":"${'x'.repeat(16_384 - 14)}"}`);
    equal(header.data?.length, 16_384);
    equal(read(header).problem, undefined);
  });

  it('never throws, whatever stands in its place', () => {
    for (const [what, value] of hostileValues()) {
      const { header } = readHeader({ [TRACE_HEADER]: value } as unknown as Headers);
      equal(header, undefined, what);
    }
  });

  it('does not pollute prototypes', () => {
    const { header } = read(
      json('{"__proto__":{"baggage":"x","polluted":1},"constructor":{"prototype":{}}}'),
    );
    deepEqual(header, {});
    equal(({} as { polluted?: number }).polluted, undefined);
    equal(readJobHeader('{"__proto__":{"kind":"top"}}'), undefined);
  });

  const invalidJobHeaders: [string, unknown][] = [
    ['no text', { kind: 'top' }],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '7'],
    ['a text', '"top"'],
    ['a list', '["top"]'],
    ['an unknown kind', '{"kind":"other","trigger":"api"}'],
    ['a kind of Object.prototype', '{"kind":"toString","trigger":"api"}'],
    ['an unknown trigger', '{"kind":"continued","trigger":"other"}'],
    ['no trigger', '{"kind":"continued"}'],
    ['a child without a job', '{"kind":"child","runId":"r","trigger":"api"}'],
    ['a child whose run id is not a string', '{"kind":"child","job":"j","runId":7,"trigger":"api"}'],
  ];
  for (const [what, jobHeader] of invalidJobHeaders) {
    it(`of which our jobHeader is ignored alone: ${what}`, () => equal(readJobHeader(jobHeader), undefined));
  }

  it('leaves out a time that no Date can hold', () => {
    const facts = (ms: number) =>
      readJobHeader(`{"kind":"top","facts":{"scheduledMs":${ms},"lane":"gray"}}`)?.facts;
    deepEqual(facts(8.64e15), { scheduledMs: 8.64e15, lane: 'gray' });
    deepEqual([facts(8.64e15 + 1), facts(-1e300)], [{ lane: 'gray' }, { lane: 'gray' }]);
  });

  it('forces, joins or inherits only on the very value true', () => {
    const yes = [1, 'true', {}, []];
    for (const value of yes) {
      deepEqual(readJobHeader(JSON.stringify({ kind: 'start', forced: value, joinCaller: value })), {
        kind: 'start',
        forced: false,
        joinCaller: false,
      });
      const continued = { kind: 'continued', sampled: value, trigger: 'api' };
      deepEqual(readJobHeader(JSON.stringify(continued)), { ...continued, sampled: false });
    }
  });
});
