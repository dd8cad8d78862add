/**
 * Program: ServiceApplication, an HTTP service in a process of its own.
 *
 * Tells the process that started it its address, and ends as soon as that one disconnects or is gone.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes } from './routes';
import { openStore } from './store';
import { stopTelemetry } from './telemetry';

async function main(): Promise<void> {
  const store = await openStore();
  const server = createServer(routes(store)).listen(0, '127.0.0.1');
  await once(server, 'listening');

  process.once('disconnect', async () => {
    server.close();
    server.closeAllConnections();
    await stopTelemetry().catch(() => {});
    await store.close();
    process.exit(0);
  });
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

main().catch((error: unknown) => {
  console.error('ServiceApplication:', error);
  process.exit(1);
});
