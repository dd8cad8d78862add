/** A TCP proxy that injects network faults. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * - `pass`: no fault;
 * - `drop`: open connections are closed, and new ones are closed as soon as they are made;
 * - `reset`: like `drop`, with a TCP reset;
 * - `hang`: connections stay open, but no data arrives until the fault is over;
 * - a number: data arrives with this delay, in milliseconds.
 */
export type Fault = 'pass' | 'drop' | 'reset' | 'hang' | number;

export interface FaultProxy {
  readonly port: number;
  set(fault: Fault): void;
  /** Sends new connections to this port; open connections keep their target. */
  setTarget(targetPort: number): void;
  /** Number of connections so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startFaultProxy(firstTargetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let targetPort = firstTargetPort;
  let fault: Fault = 'pass';
  let connections = 0;

  function end(socket: Socket): void {
    if (fault === 'reset') socket.resetAndDestroy();
    else socket.destroy();
  }

  function pipe(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      end(to);
    });
    from.on('data', (data) => {
      if (typeof fault === 'number') setTimeout(() => to.write(data), fault);
      else to.write(data);
    });
    if (fault === 'hang') from.pause();
  }

  const server = createServer((socket) => {
    connections++;
    if (fault === 'drop' || fault === 'reset') return end(socket.on('error', () => {}));
    const target = connect(targetPort, '127.0.0.1');
    pipe(socket, target);
    pipe(target, socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    connections: () => connections,
    setTarget(next) {
      targetPort = next;
    },
    set(next) {
      fault = next;
      for (const socket of sockets) {
        if (fault === 'drop' || fault === 'reset') end(socket);
        else if (fault === 'hang') socket.pause();
        else socket.resume();
      }
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
