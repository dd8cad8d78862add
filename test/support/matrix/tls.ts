/** Two TLS proxies in front of a Temporal server: one requires a client certificate, the other an API key. */
import { type KeyPair, selfSigned, startTlsProxy, type TlsProxy } from './tls-proxy';

export interface Tls {
  /** Connection options, first with a client certificate, then with an API key. */
  readonly connections: readonly {
    address: string;
    apiKey?: string;
    tls: { ca: string } & Partial<KeyPair>;
  }[];
  /** Returns whether both refuse a client without either. */
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
