/** Two TLS proxies in front of a Temporal server: one requires a client certificate, the other an API key. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate, startTlsProxy } from '../tls-proxy';

export interface Tls {
  /** Connection options, first with a client certificate, then with an API key; certificates as texts in PEM. */
  readonly connections: readonly {
    address: string;
    apiKey?: string;
    tls: { ca: string; crt?: string; key?: string };
  }[];
  /** Returns whether both refuse a client without either. */
  refuses(): Promise<boolean>;
  close(): Promise<void>;
}

export async function startTls(address: string): Promise<Tls> {
  const directory = await mkdtemp(join(tmpdir(), 'tls-'));
  const [own, client] = await Promise.all([
    certificate(directory, 'server'),
    certificate(directory, 'client'),
  ]);
  const [ca, crt, key] = await Promise.all([
    readFile(own.cert, 'utf8'),
    readFile(client.cert, 'utf8'),
    readFile(client.key, 'utf8'),
  ]);
  const byCertificate = await startTlsProxy(address, { own, clients: client });
  const byKey = await startTlsProxy(address, { own, apiKey: 'secret' });
  const proxies = [byCertificate, byKey];
  return {
    connections: [
      { address: byCertificate.address, tls: { ca, crt, key } },
      { address: byKey.address, apiKey: 'secret', tls: { ca } },
    ],
    async refuses() {
      const { Connection } = await import('@temporalio/client');
      const attempts = proxies.map((proxy) =>
        Connection.connect({
          address: proxy.address,
          tls: { serverRootCACertificate: Buffer.from(ca) },
          connectTimeout: '2s',
        }),
      );
      return (await Promise.allSettled(attempts)).every(({ status }) => status === 'rejected');
    },
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await rm(directory, { recursive: true });
    },
  };
}
