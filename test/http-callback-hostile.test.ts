/**
 * `completeFromCallback` responds to every request to the callback route. It never throws, since that would end the
 * user's process.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { type CallbackRequest, completeFromCallback } from 'temporal-job-tracing/activities';
import { writeToken } from '../activities/http/callback-token';
import { hostileValues } from './support/hostile';

const KEY = 'a key of enough characters';
const TOKEN = writeToken({ workflowId: 'w', runId: 'r', activityId: 'a' }, KEY);

describe('the route of late reports', () => {
  let connection: Connection;
  let client: Client;
  let server: Server;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);

  before(async () => {
    process.on('unhandledRejection', onUnhandled);
    // No request of this file may reach Temporal.
    connection = Connection.lazy({ address: '127.0.0.1:1' });
    client = new Client({ connection });
    server = createServer(async (request, response) => {
      const report = { url: request.url ?? '', body: text(request) };
      const { status, body } = await completeFromCallback(client, report, { key: KEY });
      response.writeHead(status).end(body);
      server.emit('responded');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server?.close();
    server?.closeAllConnections();
    await connection?.close();
    process.off('unhandledRejection', onUnhandled);
  });

  /** Sends the request as it is; returns the status line. */
  async function sendRaw(request: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(request);
    return (await text(socket)).split('\r\n')[0] ?? '';
  }

  const statusOf = async (request: unknown) =>
    (await completeFromCallback(client, request as CallbackRequest, { key: KEY })).status;

  const TARGETS = ['//', '///', '//x', '//[', '/\\', 'http://', 'http://[', 'http://x:y/', '*'];
  for (const target of [...TARGETS, '/%', '/%E0%A4%A', '/?token=%E0%A4%A', '/?', '/?token', '//?token=x.y']) {
    it(`answers 403 to POST ${target}`, async () => {
      const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx`;
      equal(await sendRaw(head), 'HTTP/1.1 403 Forbidden');
      deepEqual(unhandled, []);
    });
  }

  it('survives a caller who hangs up in the middle of the report', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST /?token=${TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf`);
    await once(server, 'request');
    const responded = once(server, 'responded', { signal: AbortSignal.timeout(10_000) });
    socket.destroy();
    await responded;
    equal(await sendRaw('POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), 'HTTP/1.1 403 Forbidden');
    deepEqual(unhandled, []);
  });

  it('answers 4xx to a body that is not text, or cannot be read', async () => {
    const url = `/?token=${TOKEN}`;
    const bodies = hostileValues().filter(([what]) => what !== 'promise');
    for (const [what, body] of bodies) equal(await statusOf({ url, body }), 400, what);
    equal(await statusOf({ url, body: Promise.reject(new Error('aborted')) }), 400);
    equal(await statusOf({ url, body: '\0'.repeat(1_000_000) }), 413, 'too large as JSON');
  });

  it('answers 403 to an invalid URL', async () => {
    for (const url of ['', '?', '\\\\', '\\\\?token=x', '//[?token=x.y#'])
      equal(await statusOf({ url, body: '' }), 403, url);
    for (const [what, url] of hostileValues()) equal(await statusOf({ url, body: '' }), 403, what);
  });

  it('answers 403 to what was signed with its key for something else', async () => {
    for (const named of ['null', '7', '{}', '[]', '[1,2,3]', '["w","r"]', 'no JSON']) {
      const encoded = Buffer.from(named).toString('base64url');
      const signed = createHmac('sha256', KEY).update(encoded).digest('base64url');
      equal(await statusOf({ url: `/?token=${encoded}.${signed}`, body: '' }), 403, named);
    }
  });
});
