/**
 * The console takes spans by OTLP/HTTP from anybody only as far as they are spans, and answers as the protocol has it.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { messages } from '../../console/ingest/otlp/messages';
import { until } from '../../testing/until';
import { type Body, type ConsoleIngest, startConsoleIngest } from '../support/console-ingest';
import { jsonSpan, spanId, traceId, traceRequest } from '../support/otlp-request';

let target: ConsoleIngest;

before(async () => {
  target = await startConsoleIngest();
});

after(() => target.close());

describe('responses', () => {
  it('a request with good and bad spans is a partial success, in the encoding of the request', async () => {
    const spans = [
      jsonSpan({ spanId: spanId(1) }),
      jsonSpan({ spanId: 'abc' }),
      jsonSpan({ traceId: '0'.repeat(32) }),
    ];
    const earlier = target.ingest.status();
    const json = await target.post(traceRequest(spans));
    equal(json.status, 200);
    equal(json.headers.get('content-type'), 'application/json');
    deepEqual(await json.json(), {
      partialSuccess: { rejectedSpans: '2', errorMessage: 'Some spans have invalid ids or times.' },
    });
    const status = target.ingest.status();
    deepEqual([status.taken - earlier.taken, status.refused - earlier.refused], [1, 2]);
    ok(status.refusals.some((text) => /^\d+ spans?: ids of a wrong length, or zero$/.test(text)));

    // One span whose TraceId has 4 bytes: ResourceSpans, ScopeSpans, Span around it.
    const protobuf = await target.post(Uint8Array.of(0x0a, 10, 0x12, 8, 0x12, 6, 0x0a, 4, 1, 2, 3, 4), {
      'content-type': 'application/x-protobuf; charset=binary',
    });
    equal(protobuf.status, 200);
    equal(protobuf.headers.get('content-type'), 'application/x-protobuf');
    const answer = (messages.collector.trace.v1.ExportTraceServiceResponse as Decoder).decode(
      new Uint8Array(await protobuf.arrayBuffer()),
    );
    deepEqual(
      [Number(answer.partialSuccess?.rejectedSpans), answer.partialSuccess?.errorMessage],
      [1, 'Some spans have invalid ids or times.'],
    );
  });

  it('a request that is stored completely gets an empty response', async () => {
    const json = await target.post(traceRequest([jsonSpan()]));
    deepEqual([json.status, await json.text()], [200, '{}']);
    const empty = await target.post(new Uint8Array(0), { 'content-type': 'application/x-protobuf' });
    deepEqual([empty.status, await empty.text()], [200, '']);
  });

  it('an acknowledged span can be read at once', async () => {
    for (let index = 0; index < 20; index++) {
      await target.post(traceRequest([jsonSpan({ traceId: traceId(index) })]));
      equal((await target.trace(traceId(index))).spans.length, 1);
    }
  });

  const table: [what: string, headers: Record<string, string>, body: Body, status: number][] = [
    ['no media type', {}, new Uint8Array(1), 415],
    ['a media type that a form can have', { 'content-type': 'text/plain' }, '{}', 415],
    ['a media type that only looks like it', { 'content-type': 'application/jsonp' }, '{}', 415],
    ['an unknown compression', { 'content-type': 'application/json', 'content-encoding': 'br' }, '{}', 400],
    ['broken gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'no', 400],
    [
      'broken gzip that is large',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      ' '.repeat(4 * 1024 * 1024),
      400,
    ],
    [
      'truncated gzip',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      gzipSync('{}'.padEnd(5000)).subarray(0, 20),
      400,
    ],
    ['no JSON', { 'content-type': 'application/json' }, '{"resourceSpans":[', 400],
    ['JSON that is a list', { 'content-type': 'application/json' }, '[]', 400],
    ['JSON whose spans are no list', { 'content-type': 'application/json' }, traceRequest({} as never), 400],
    ['JSON without end', { 'content-type': 'application/json' }, '['.repeat(1_000_000), 400],
    [
      'truncated protobuf',
      { 'content-type': 'application/x-protobuf' },
      Uint8Array.of(0x0a, 10, 0x12, 8),
      400,
    ],
    ['no protobuf', { 'content-type': 'application/x-protobuf' }, '{"resourceSpans":[]}', 400],
    [
      'protobuf that is nested without end',
      { 'content-type': 'application/x-protobuf' },
      nestedProtobuf(5_000),
      400,
    ],
    [
      'a page of another origin',
      { 'content-type': 'application/json', origin: 'http://evil.example' },
      '{}',
      403,
    ],
    [
      'a page of the same origin',
      { 'content-type': 'application/json', origin: 'http://127.0.0.1', 'sec-fetch-site': 'same-origin' },
      '{}',
      403,
    ],
  ];
  for (const [what, headers, body, status] of table) {
    it(`${what}: ${status}`, async () => {
      const earlier = target.ingest.status().refusedRequests;
      const response = await target.post(body, headers);
      equal(response.status, status);
      ok((await response.text()).length > 0, 'says why');
      equal(target.ingest.status().refusedRequests, earlier + 1);
    });
  }

  it('another method: 405', async () => {
    const response = await fetch(`${target.url}/v1/traces`);
    deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  });

  it('a gzip bomb and a large body: 413, without holding them in memory', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, 0x20));
    ok(bomb.length < 300_000);
    const earlier = process.memoryUsage.rss();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    for (let index = 0; index < 5; index++) equal((await target.post(bomb, headers)).status, 413);
    const grown = (process.memoryUsage.rss() - earlier) / 1024 ** 2;
    ok(grown < 100, `${grown} MB`);
    equal((await target.post(' '.repeat(17 * 1024 * 1024))).status, 413);
    equal(await chunkedPost(17), 413);
    equal((await target.post(traceRequest([jsonSpan()]))).status, 200);
  });

  it('a large body that arrives slowly: 413 after all of it, when its sender reads the response', async () => {
    const { port } = new URL(target.url);
    const socket = connect(Number(port), '127.0.0.1').pause();
    const head = ['POST /v1/traces HTTP/1.1', 'host: 127.0.0.1', 'content-type: application/json'];
    socket.write([...head, `content-length: ${17 * 1024 * 1024}`, 'connection: close', '', ''].join('\r\n'));
    for (let index = 0; index < 17; index++) {
      socket.write(Buffer.alloc(1024 * 1024, 0x20));
      // No response comes in between, although the body is refused from the start.
      await sleep(60);
    }
    let answer = '';
    for await (const text of socket.setEncoding('utf8')) answer += text;
    match(answer, /^HTTP\/1\.1 413 /);
  });

  it('a sender that disconnects midway frees its room', async () => {
    const own = await startConsoleIngest({ roomBytes: 1024 * 1024 });
    try {
      for (let index = 0; index < 20; index++) await abandonedPost(own.url);
      const body = traceRequest([jsonSpan({ name: 'x'.repeat(900 * 1024) })]);
      // The server hears of it a little later.
      await until(async () => (await own.post(body)).status === 200, { says: 'the room is not free again' });
    } finally {
      await own.close();
    }
  });

  it('more than there is room for: 503 with Retry-After, counted; spans acknowledged with 200 are stored', async () => {
    const own = await startConsoleIngest({ roomBytes: 256 * 1024 });
    try {
      const name = 'x'.repeat(100);
      const sent: { index: number; response: Response }[] = [];
      const send = async () => {
        const index = traces++;
        const spans = Array.from({ length: 100 }, (_, span) =>
          jsonSpan({ traceId: traceId(index), spanId: spanId(span), name }),
        );
        const response = await own.post(traceRequest(spans));
        sent.push({ index, response });
        return response.status;
      };
      let traces = 0;
      // A body of which the rest does not come keeps the room.
      const headers = { 'content-type': 'application/json', 'content-length': 300 * 1024 };
      const slow = request(`${own.url}/v1/traces`, { method: 'POST', headers }).on('error', () => {});
      slow.write(Buffer.alloc(250 * 1024, ' '));
      await until(async () => (await send()) === 503, { says: 'nothing is refused' });
      slow.destroy();
      await until(async () => (await send()) === 200, { says: 'the room is not free again' });
      await Promise.all(Array.from({ length: 40 }, send));
      const refused = sent.filter(({ response }) => response.status === 503);
      for (const { response } of refused) equal(response.headers.get('retry-after'), '1');
      for (const { index, response } of sent) {
        const got = await own.source.trace(traceId(index));
        equal(got?.spans.length ?? 0, response.status === 200 ? 100 : 0);
      }
      const { refusals, taken } = own.ingest.status();
      equal(taken, (sent.length - refused.length) * 100);
      match(
        refusals.join(),
        new RegExp(`^${refused.length} requests?: arrived faster than they could be written`),
      );
    } finally {
      await own.close();
    }
  });

  /** Without a length, in pieces of a megabyte. */
  function chunkedPost(megabytes: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const post = request(
        `${target.url}/v1/traces`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      post.on('error', reject);
      for (let index = 0; index < megabytes; index++) post.write(Buffer.alloc(1024 * 1024, 0x20));
      post.end();
    });
  }
});

interface Decoder {
  decode(bytes: Uint8Array): { partialSuccess?: { rejectedSpans: unknown; errorMessage: string } };
}

/** Sends half a megabyte and hangs up. */
function abandonedPost(url: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': 900 * 1024 };
    const post = request(`${url}/v1/traces`, { method: 'POST', headers });
    post.on('error', () => resolve());
    post.on('close', () => resolve());
    post.write(Buffer.alloc(512 * 1024), () => post.destroy());
  });
}

/** An attribute whose value is a list in a list in a list … */
function nestedProtobuf(depth: number): Uint8Array<ArrayBuffer> {
  const field = (number: number, content: Buffer) => {
    const length: number[] = [];
    for (let rest = content.length; rest > 0 || length.length === 0; rest = Math.floor(rest / 128))
      length.push((rest % 128) | (rest >= 128 ? 128 : 0));
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
  };
  let value = Buffer.alloc(0);
  // AnyValue.array_value, ArrayValue.values
  for (let index = 0; index < depth; index++) value = field(5, field(1, value)) as typeof value;
  const attribute = field(2, value);
  return Uint8Array.from(field(1, field(2, field(2, field(9, attribute)))));
}
