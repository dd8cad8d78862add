/**
 * TLS before a Temporal server, as in the cloud: it asks each client for a certificate, or each call for an API key.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import {
  connect as connectHttp2,
  constants,
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Texts in PEM. */
export interface KeyPair {
  readonly crt: string;
  readonly key: string;
}

/** A certificate that signs itself, for `localhost`; an authority of its own. Needs `openssl`. */
export async function selfSigned(): Promise<KeyPair> {
  const directory = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [key, crt] = [join(directory, 'key.pem'), join(directory, 'crt.pem')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ];
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ];
  try {
    await run('openssl', [...request, ...subject, '-keyout', key, '-out', crt]);
    return { crt: await readFile(crt, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(directory, { recursive: true });
  }
}

export interface TlsProxy {
  readonly address: string;
  close(): Promise<void>;
}

/** What a client must show: a certificate of this authority, or this API key. */
type Required = { readonly clientCa: string } | { readonly apiKey: string };

export async function startTlsProxy(target: string, pair: KeyPair, required: Required): Promise<TlsProxy> {
  const sessions = new Set<Http2Session>();
  const backend = connectHttp2(`http://${target}`);
  // What still comes when the server has gone fails with its stream.
  backend.on('error', () => {});
  const server = createSecureServer({
    key: pair.key,
    cert: pair.crt,
    ...('clientCa' in required && { ca: required.clientCa, requestCert: true, rejectUnauthorized: true }),
  });
  server.on('session', (session) => sessions.add(session));
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if ('apiKey' in required && headers.authorization !== `Bearer ${required.apiKey}`) {
      stream.respond({ ':status': 401 }, { endStream: true });
      return;
    }
    forward(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const session of sessions) session.destroy();
      backend.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { authorization: _, ':authority': _authority, ...others } = headers;
    const call = backend.request({ ...others, ':scheme': 'http' });
    let trailers: IncomingHttpHeaders = {};
    call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    call.on('trailers', (received) => {
      trailers = received;
    });
    call.on('response', (answer, flags) => {
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (stream.destroyed) return;
      stream.respond(answer, { endStream, waitForTrailers: !endStream });
      if (!endStream) call.pipe(stream);
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('aborted', () => call.close(constants.NGHTTP2_CANCEL));
    stream.pipe(call);
  }
}
