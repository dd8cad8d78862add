/** Two servers with TLS before a Temporal server: one asks for a client's certificate, one for an API key. */
import { type KeyPair, selfSigned, startTlsProxy, type TlsProxy } from './tls-proxy';

export interface Tls {
  /** By a client's certificate, and by an API key. */
  readonly connections: readonly {
    address: string;
    apiKey?: string;
    tls: { ca: string } & Partial<KeyPair>;
  }[];
  /** Whether a client without either is turned away. */
  refuses(): Promise<boolean>;
  close(): Promise<void>;
}

export async function startTls(address: string): Promise<Tls> {
  const [ofServer, ofClient] = await Promise.all([selfSigned(), selfSigned()]);
  const proxies: readonly TlsProxy[] = await Promise.all([
    startTlsProxy(address, ofServer, { clientCa: ofClient.crt }),
    startTlsProxy(address, ofServer, { apiKey: 'secret' }),
  ]);
  const [byCertificate = '', byKey = ''] = proxies.map((proxy) => proxy.address);
  const tls = { ca: ofServer.crt };
  return {
    connections: [
      { address: byCertificate, tls: { ...tls, ...ofClient } },
      { address: byKey, apiKey: 'secret', tls },
    ],
    async refuses() {
      const { Connection } = await import('@temporalio/client');
      const serverRootCACertificate = Buffer.from(ofServer.crt);
      const attempts = proxies.map((proxy) =>
        Connection.connect({
          address: proxy.address,
          tls: { serverRootCACertificate },
          connectTimeout: '2s',
        }),
      );
      return (await Promise.allSettled(attempts)).every(({ status }) => status === 'rejected');
    },
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}
