/**
 * An HTTP/2 proxy with TLS in front of a Temporal server, as in production; it can require a client certificate or an
 * API key.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const UNAUTHENTICATED = 16;

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/** A certificate that is its own authority, in files of the directory. */
export async function certificate(directory: string, name: string): Promise<Certificate> {
  const [cert, key] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-days', '2'];
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', cert]);
  return { cert, key };
}

export interface TlsProxyOptions {
  readonly own: Certificate;
  /** Whose certificate clients must have. @default anybody's or none */
  readonly clients?: Certificate;
  /** What clients must send as `authorization: Bearer`. @default anything */
  readonly apiKey?: string;
}

export interface TlsProxy {
  readonly address: string;
  /** The API key that clients sent last. */
  lastKey(): string | undefined;
  close(): Promise<void>;
}

/** @param target `host:port` of a server without TLS */
export async function startTlsProxy(
  target: string,
  { own, clients, apiKey }: TlsProxyOptions,
): Promise<TlsProxy> {
  const server = createSecureServer({
    cert: readFileSync(own.cert),
    key: readFileSync(own.key),
    ...(clients && { requestCert: true, rejectUnauthorized: true, ca: readFileSync(clients.cert) }),
  });
  const session = connect(`http://${target}`);
  let lastKey: string | undefined;
  server.on('stream', (stream, headers) => {
    lastKey = headers.authorization;
    if (apiKey === undefined || lastKey === `Bearer ${apiKey}`) return forward(stream, headers);
    const refused = { 'grpc-status': `${UNAUTHENTICATED}`, 'grpc-message': 'invalid API key' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refused }, { endStream: true });
  });

  function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const request = session.request({ ...headers, ':scheme': 'http' });
    let trailers: IncomingHttpHeaders = {};
    request.on('response', (answer, flags) => {
      // A gRPC error without a message comes as headers alone.
      const endStream = (flags & 1) === 1;
      stream.respond(answer, { endStream, waitForTrailers: !endStream });
    });
    request.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    for (const each of [stream, request]) each.on('error', () => {});
    stream.on('close', () => request.close());
    stream.pipe(request);
    request.pipe(stream);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    lastKey: () => lastKey,
    async close() {
      session.destroy();
      server.close();
    },
  };
}
