/**
 * Services that close connections early, switch protocols or never end their response: each request ends at its
 * deadline or its cancellation at the latest, and the worker can stop.
 */
import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import { until } from '../../testing/until';
import { failureOf } from '../support/http-jobs';
import { id, Runs } from '../support/runs';

const TIMEOUT_MS = 3_000;

const TOO_LATE = new RegExp(`^HttpTimeout .*: no complete answer within ${TIMEOUT_MS} ms$`);
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n';
/** The bytes that a service sends, whether it then closes the connection, and the error of the request. */
const SERVICES: Readonly<Record<string, readonly [sends: string, hangsUp: boolean, ends: RegExp]>> = {
  'an upgrade': [
    `${SWITCHING}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
    false,
    /^HttpUnreachable .*: the service answered 101, /,
  ],
  'an upgrade, and bytes': [
    `${SWITCHING}Connection: upgrade\r\nUpgrade: x\r\n\r\n\x81\x02hi`,
    false,
    /^HttpUnreachable .* 101, /,
  ],
  'a 101 without an upgrade': [`${SWITCHING}\r\n`, false, /^HttpUnsuccessful .*answer 101, expected 2xx/],
  'a 101, and hangs up': [`${SWITCHING}\r\n`, true, /^HttpUnsuccessful .*answer 101, expected 2xx/],
  'nothing, and hangs up': ['', true, /^HttpUnreachable .*: socket hang up$/],
  'half a head, and hangs up': ['HTTP/1.1 200 O', true, /^HttpUnreachable /],
  'half a body, and hangs up': [
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf',
    true,
    /^HttpUnreachable /,
  ],
  '100 Continue, and hangs up': ['HTTP/1.1 100 Continue\r\n\r\n', true, /^HttpUnreachable /],
  'another protocol': ['SSH-2.0-OpenSSH_9.2\r\n', false, /^HttpUnreachable /],
  'nothing at all': ['', false, TOO_LATE],
  'half a head': ['HTTP/1.1 200 O', false, TOO_LATE],
  'half a body': ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', false, TOO_LATE],
  'early hints': ['HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', false, TOO_LATE],
};

describe('a request ends', { concurrency: 4 }, () => {
  let runs: Runs;
  let service: Server;
  let asksVault = 0;
  const sockets = new Set<Socket>();
  const heads: string[] = [];

  before(async () => {
    service = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.once('data', (data) => {
        const head = data.toString();
        heads.push(head);
        const [sends, hangsUp] = SERVICES[decodeURIComponent(/ \/(\S*)/.exec(head)?.[1] ?? '')] ?? [
          '',
          false,
        ];
        if (hangsUp) socket.end(sends, 'latin1');
        else socket.write(sends, 'latin1');
      });
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const vault = () => {
      asksVault += 1;
      return new Promise<string>(() => {});
    };
    runs = await Runs.start({
      options: {
        workflowsPath: require.resolve('../support/workflows/http'),
        activities: createHttpActivities({ secrets: vault, allowHosts: ['*'] }),
      },
    });
  });
  after(async () => {
    // Stopping the worker waits for its activities.
    await runs.stop();
    service.close();
    for (const socket of sockets) socket.destroy();
  });

  function start(name: string, input: object, workflow = name): Promise<WorkflowHandle> {
    const { port } = service.address() as AddressInfo;
    const request = {
      url: `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
      timeout: `${TIMEOUT_MS} ms`,
      retry: { maximumAttempts: 1 },
    };
    return runs.harness.client.workflow.start('httpJob', {
      taskQueue: runs.taskQueue,
      workflowId: id(workflow.replaceAll(' ', '-')),
      args: [{ ...request, ...input }],
    });
  }

  const failure = (handle: WorkflowHandle) =>
    handle.result().then(
      () => 'no failure',
      (error: WorkflowFailedError) =>
        error.cause instanceof CancelledFailure ? 'cancelled' : failureOf(error),
    );

  for (const [name, [, , ends]] of Object.entries(SERVICES)) {
    it(`when the service sends ${name}`, async () => {
      match(await failure(await start(name, {})), ends);
    });
  }

  for (const name of ['early hints', 'half a body', 'nothing at all']) {
    it(`when it is cancelled after the service has sent ${name}`, async () => {
      const asked = () => heads.filter((head) => head.includes(encodeURIComponent(name))).length;
      const before = asked();
      const handle = await start(name, { timeout: '5 minutes' }, `cancelled ${name}`);
      await until(() => asked() > before, { says: 'no request' });
      await handle.cancel();
      equal(await failure(handle), 'cancelled');
    });
  }

  it('when the provider of secrets never answers', async () => {
    const headers = { authorization: { secret: 'token' } };
    const late = start('late vault', { headers });
    const handle = await start('cancelled vault', { headers, timeout: '5 minutes' });
    await until(() => asksVault >= 2, { says: 'no secret was asked for' });
    await handle.cancel();
    equal(await failure(handle), 'cancelled');
    equal(
      await failure(await late),
      'HttpSecretUnavailable the provider of secrets did not answer within 10000 ms',
    );
  });

  for (const method of ['CONNECT', 'PRI', '*', 'get', 'FETCH']) {
    it(`before it is sent, with the method ${method}`, async () => {
      const said = await failure(await start(`method ${method}`, { method }));
      match(
        said,
        /^InvalidHttpJob! httpJob: method: expected a registered method such as "POST", in upper case, got /,
      );
    });
  }
});
