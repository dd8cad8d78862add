/**
 * Serves an example's service in its own process.
 *
 * Sends the service's address to the parent process, and ends as soon as that disconnects or ends.
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stopTelemetry } from './telemetry';

/** Starts the service. @param open opens the service's data; returns its request listener, and how to close the data */
export function serve(
  open: () => Promise<{ readonly listener: RequestListener; readonly close: () => Promise<void> }>,
): void {
  run(open).catch((error: unknown) => {
    console.error(`${process.env.OTEL_SERVICE_NAME}:`, error);
    process.exit(1);
  });
}

async function run(open: Parameters<typeof serve>[0]): Promise<void> {
  const { listener, close } = await open();
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');

  process.once('disconnect', async () => {
    server.close();
    server.closeAllConnections();
    await stopTelemetry().catch(() => {});
    await close();
    process.exit(0);
  });
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
