/**
 * Invalid and hostile spans are stored as far as possible, shown unchanged, and never trusted.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Trace, TraceSpan } from '../console/sources';
import { type ConsoleIngest, startConsoleIngest } from './support/console-ingest';
import { type JsonSpan, jsonSpan, nanos, spanId, traceId, traceRequest } from './support/otlp-request';

const SCRIPT = '"><script>alert(1)</script>\u0000\u202e\ud800';
const NOW = Date.now();

let target: ConsoleIngest;
let traces = 0;

before(async () => {
  target = await startConsoleIngest();
});

after(() => target.close());

/** Sends the spans as one trace, each list in a request of its own; returns the stored trace. */
async function sendTrace(...requests: readonly JsonSpan[][]): Promise<Trace> {
  const id = traceId(traces++);
  for (const spans of requests) {
    const response = await target.post(traceRequest(spans.map((span) => jsonSpan({ traceId: id, ...span }))));
    equal(response.status, 200);
  }
  return target.trace(id);
}

async function sendSpan(span: JsonSpan): Promise<TraceSpan> {
  const { spans } = await sendTrace([span]);
  ok(spans[0]);
  return spans[0];
}

const stringAttribute = (stringValue: string) => ({ stringValue });

describe('texts', () => {
  it('with script are stored unchanged, in every place', async () => {
    const attributes = [{ key: SCRIPT, value: stringAttribute(SCRIPT) }];
    const span = await sendSpan({
      name: SCRIPT,
      traceState: SCRIPT,
      attributes,
      status: { code: 2, message: SCRIPT },
      events: [{ name: SCRIPT, timeUnixNano: nanos(NOW), attributes }],
      links: [{ traceId: traceId(9), spanId: spanId(9), attributes }],
    });
    const pair = [[SCRIPT, SCRIPT]];
    const { name, traceState, statusMessage, events, links } = span;
    deepEqual([name, traceState, statusMessage, span.attributes], [SCRIPT, SCRIPT, SCRIPT, pair]);
    deepEqual([events[0]?.name, events[0]?.attributes, links[0]?.attributes], [SCRIPT, pair, pair]);
  });

  it('that are too long are cut, and end with an ellipsis', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const span = await sendSpan({
      name: megabyte,
      attributes: [
        ...Array.from({ length: 10 }, (_, index) => ({
          key: `large.${index}`,
          value: stringAttribute(megabyte),
        })),
        { key: megabyte, value: stringAttribute('short') },
      ],
    });
    equal(span.name, `${'x'.repeat(511)}…`);
    equal(span.attributes[0]?.[1], `${'x'.repeat(16 * 1024 - 1)}…`);
    ok(JSON.stringify(span).length < 150_000, 'the span as a whole is bounded');
    equal(span.attributes.length + span.dropped, 11);
  });

  it('become strings where other types were sent', async () => {
    const span = await sendSpan({
      name: 7,
      kind: 'server',
      flags: -1,
      attributes: [
        { key: 'empty' },
        { key: '', value: stringAttribute('no name') },
        'no attribute',
        null,
        { key: 'odd', value: { stringValue: 7 } },
        {
          key: '__proto__',
          value: { kvlistValue: { values: [{ key: '__proto__', value: stringAttribute('x') }] } },
        },
      ],
      events: 'none',
      links: [{ traceId: 'short', spanId: spanId(1) }],
      status: 'ok',
    });
    deepEqual([span.name, span.kind, span.flags, span.status], ['', 'unspecified', 0, 'unset']);
    deepEqual(span.attributes, [
      ['empty', null],
      ['odd', null],
      ['__proto__', { map: [['__proto__', 'x']] }],
    ]);
    deepEqual([span.events, span.links, span.dropped], [[], [], 4]);
  });
});

describe('attributes', () => {
  it('keep their type', async () => {
    const value = (...values: object[]) => ({ arrayValue: { values } });
    const span = await sendSpan({
      attributes: [
        { key: 'integer', value: { intValue: '-7' } },
        { key: 'number', value: { intValue: 7 } },
        { key: 'large', value: { intValue: '9223372036854775807' } },
        { key: 'too large', value: { intValue: '9223372036854775808' } },
        { key: 'whole', value: { doubleValue: 5 } },
        { key: 'half', value: { doubleValue: 0.5 } },
        { key: 'infinite', value: { doubleValue: '-Infinity' } },
        { key: 'bytes', value: { bytesValue: 'AP8=' } },
        { key: 'list', value: value({ boolValue: true }, { stringValue: '' }) },
        { key: 'deep', value: value(value(value(value(value({ intValue: 1 }))))) },
      ],
    });
    deepEqual(Object.fromEntries(span.attributes), {
      integer: -7,
      number: 7,
      large: { int: '9223372036854775807' },
      'too large': null,
      whole: { double: 5 },
      half: 0.5,
      infinite: { double: '-Infinity' },
      bytes: { bytes: 'AP8=' },
      list: [true, ''],
      deep: [[[[null]]]],
    });
    equal(span.dropped, 1);
  });

  it('beyond 128 are dropped and counted, with those that the sender dropped; events and links too', async () => {
    const many = (count: number, of: (index: number) => object) =>
      Array.from({ length: count }, (_, index) => of(index));
    const span = await sendSpan({
      attributes: many(300, (index) => ({ key: `a${index}`, value: { intValue: index } })),
      events: many(200, () => ({ name: 'e', timeUnixNano: nanos(NOW) })),
      links: many(130, (index) => ({ traceId: traceId(1), spanId: spanId(index) })),
      droppedAttributesCount: 5,
      droppedEventsCount: 1,
    });
    deepEqual([span.attributes.length, span.events.length, span.links.length], [128, 128, 128]);
    equal(span.dropped, 172 + 72 + 2 + 6);
  });
});

describe('ids and times', () => {
  const refused: [what: string, span: JsonSpan][] = [
    ['a TraceId that is too short', { traceId: 'ab' }],
    ['a TraceId that is too long', { traceId: `${traceId(0)}00` }],
    ['a TraceId of zeros', { traceId: '0'.repeat(32) }],
    ['a TraceId that is not hex', { traceId: 'g'.repeat(32) }],
    ['no TraceId', { traceId: null }],
    ['a span id that is too long', { spanId: traceId(0) }],
    ['a span id of zeros', { spanId: '0'.repeat(16) }],
    ['a parent id that is too short', { parentSpanId: 'ab' }],
    ['a parent id that is not a string', { parentSpanId: 7 }],
    ['no start', { startTimeUnixNano: undefined }],
    ['an end of zero', { endTimeUnixNano: '0' }],
    ['a start that is not a number', { startTimeUnixNano: '1e18' }],
    ['a negative start', { startTimeUnixNano: '-1' }],
    ['an end beyond 64 bits', { endTimeUnixNano: '18446744073709551616' }],
    ['an end in the far future', { endTimeUnixNano: '18446744073709551615' }],
    ['a start and an end in three days', { startTimeUnixNano: future(72), endTimeUnixNano: future(72) }],
  ];
  for (const [what, span] of refused) {
    it(`${what}: the span is refused and counted`, async () => {
      const { refused: earlier } = target.ingest.status();
      const response = await target.post(traceRequest([jsonSpan(span)]));
      equal(response.status, 200);
      deepEqual(((await response.json()) as { partialSuccess: object }).partialSuccess, {
        rejectedSpans: '1',
        errorMessage: 'Some spans have invalid ids or times.',
      });
      equal(target.ingest.status().refused, earlier + 1);
    });
  }

  it('upper-case ids, a parent id of zeros, and a clock that is ahead are accepted', async () => {
    const span = await sendSpan({
      spanId: 'ABCDEF0123456789',
      parentSpanId: '0'.repeat(16),
      endTimeUnixNano: future(2),
    });
    deepEqual([span.spanId, span.parentSpanId], ['abcdef0123456789', undefined]);
  });

  it('an end before the start, and times that are centuries apart, are shown', async () => {
    const backwards = await sendSpan({ startTimeUnixNano: nanos(NOW), endTimeUnixNano: nanos(NOW - 5000) });
    deepEqual([backwards.startedAt, backwards.endedAt], [NOW, NOW]);
    equal(backwards.endNanos, nanos(NOW - 5000));
    const { spans } = await sendTrace([
      { spanId: spanId(1), startTimeUnixNano: '1', endTimeUnixNano: nanos(NOW) },
      { spanId: spanId(2) },
    ]);
    deepEqual([spans[0]?.startNanos, spans[0]?.endNanos], ['1', nanos(NOW)]);
  });

  function future(hours: number): string {
    return nanos(NOW + hours * 60 * 60 * 1000);
  }
});

describe('a trace', () => {
  it('with a cycle, a span that is its own parent, and missing parents has all its spans', async () => {
    const { spans } = await sendTrace([
      { spanId: spanId(1), parentSpanId: spanId(2) },
      { spanId: spanId(2), parentSpanId: spanId(1) },
      { spanId: spanId(3), parentSpanId: spanId(3) },
      { spanId: spanId(4), parentSpanId: spanId(99) },
    ]);
    deepEqual(spans.map((span) => [span.spanId, span.parentSpanId]).sort(), [
      [spanId(1), spanId(2)],
      [spanId(2), spanId(1)],
      [spanId(3), spanId(3)],
      [spanId(4), spanId(99)],
    ]);
  });

  it('whose spans arrive late, unordered and from several services is merged, ordered by start', async () => {
    const id = traceId(traces++);
    for (const [index, service] of ['database', 'shop', 'worker'].entries()) {
      const startTimeUnixNano = nanos(NOW - 1000 * (index + 2));
      await target.post(
        traceRequest([jsonSpan({ traceId: id, spanId: spanId(index), startTimeUnixNano })], service),
      );
    }
    const { spans } = await target.trace(id);
    deepEqual(
      spans.map(({ sender }) => sender.service),
      ['worker', 'shop', 'database'],
    );
  });

  it('with a span that was sent several times has the version with the latest end, and their number', async () => {
    const version = (end: number) => ({
      name: `ends at ${end}`,
      startTimeUnixNano: nanos(NOW - 10_000),
      endTimeUnixNano: nanos(NOW - end),
    });
    const { spans } = await sendTrace([version(500), version(100)], [version(300)]);
    deepEqual(
      spans.map(({ name, received }) => [name, received]),
      [['ends at 100', 3]],
    );
  });

  it('that was never sent does not exist', async () => {
    equal(await target.source.trace('f'.repeat(32)), undefined);
    equal(await target.source.trace('no trace id'), undefined);
  });
});
