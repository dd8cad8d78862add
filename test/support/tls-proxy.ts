/**
 * An HTTP/2 proxy with TLS in front of a Temporal server, as in production; it can require a client certificate or an
 * API key.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const UNAUTHENTICATED = 16;

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/**
 * A certificate for this name and for 127.0.0.1 that is its own authority, in files of the directory. Needs `openssl`.
 */
export async function certificate(directory: string, name: string): Promise<Certificate> {
  const [cert, key] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`],
    // Temporal's native client accepts no authority as the certificate of a server.
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', key, '-out', cert],
  ]);
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
  const backend = connect(`http://${target}`);
  // What still comes when the server has gone fails with its stream.
  backend.on('error', () => {});
  const sessions = new Set<Http2Session>();
  let lastKey: string | undefined;
  server.on('session', (session) => sessions.add(session));
  for (const event of ['sessionError', 'tlsClientError']) server.on(event, () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    lastKey = headers.authorization;
    if (apiKey === undefined || lastKey === `Bearer ${apiKey}`) return forward(stream, headers);
    const refused = { 'grpc-status': `${UNAUTHENTICATED}`, 'grpc-message': 'invalid API key' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refused }, { endStream: true });
  });

  function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { authorization: _, ':authority': _authority, ...others } = headers;
    const call = backend.request({ ...others, ':scheme': 'http' });
    let trailers: IncomingHttpHeaders = {};
    call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    call.on('response', (answer, flags) => {
      // A gRPC error without a message comes as headers alone.
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (!stream.destroyed) stream.respond(answer, { endStream, waitForTrailers: !endStream });
    });
    call.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('close', () => call.close(constants.NGHTTP2_CANCEL));
    stream.pipe(call);
    call.pipe(stream);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    lastKey: () => lastKey,
    async close() {
      for (const session of sessions) session.destroy();
      backend.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
