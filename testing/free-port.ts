/** Ports for servers that are about to start. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const HOST = '127.0.0.1';

/**
 * Returns a free port of the loopback interface that the system does not assign to anybody else for the next minute.
 *
 * A connection that the listening side closes first leaves the port in TIME_WAIT: a program can still listen on it
 * explicitly, but the system does not assign it. Temporal's own tools choose their ports in the same way.
 */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, HOST);
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = connect(port, HOST).resume();
  const [server] = await accepted;
  server.end();
  await once(client, 'close');
  listener.close();
  await once(listener, 'close');
  return port;
}
