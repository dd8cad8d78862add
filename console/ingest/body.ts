/**
 * The body of a request, decompressed, within limits that hold while it is read: neither a large body nor a small one that
 * decompresses to a large one is ever in memory as a whole.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ownBytes } from '../store';

/** Of one body, after decompression. Exporters send 512 spans a request, some 100 KB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Of one that is refused: so much of it is read all the same, and forgotten. */
const MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES;

/** Bytes of all bodies that are being read or wait to be written. */
export class BodyRoom {
  private free: number;

  constructor(bytes: number) {
    this.free = bytes;
  }

  /** Whether there was room; then it is taken. */
  take(bytes: number): boolean {
    if (bytes > this.free) return false;
    this.free -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.free += bytes;
  }
}

/** Why a body was not read: it is too large, there is no room at present, its compression is broken or unknown. */
export type BodyProblem = 'too-large' | 'no-room' | 'compression';

/**
 * The body in memory of its own; the caller gives its room back. Rejects if the sender goes away.
 *
 * A body that is refused is read to its end: most senders look for an answer only when they have sent all.
 */
export async function readBody(request: IncomingMessage, room: BodyRoom): Promise<Uint8Array | BodyProblem> {
  const body = await read(request, room);
  if (typeof body === 'string') await discardRest(request);
  return body;
}

async function read(request: IncomingMessage, room: BodyRoom): Promise<Uint8Array | BodyProblem> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity') return 'compression';
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return 'too-large';
  if (encoding === 'identity') return readAll(request, room);

  const gunzip = createGunzip();
  const goneAway = () => {
    if (!request.complete) gunzip.destroy(new Error('The sender has gone away.'));
  };
  request.once('close', goneAway);
  request.pipe(gunzip);
  try {
    return await readAll(gunzip, room);
  } catch (error) {
    if (!request.complete) throw error;
    return 'compression';
  } finally {
    request.off('close', goneAway);
    request.unpipe(gunzip);
    gunzip.destroy();
  }
}

async function readAll(source: Readable, room: BodyRoom): Promise<Uint8Array | BodyProblem> {
  const chunks: Buffer[] = [];
  let length = 0;
  let problem: BodyProblem | undefined;
  try {
    // The connection must stay: the sender gets an answer.
    const parts = source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of parts) {
      if (length + chunk.length > MAX_BODY_BYTES) problem = 'too-large';
      else if (!room.take(chunk.length)) problem = 'no-room';
      if (problem) break;
      length += chunk.length;
      chunks.push(chunk);
    }
  } catch (error) {
    room.release(length);
    throw error;
  }
  if (problem) room.release(length);
  return problem ?? ownBytes(chunks);
}

/** Never rejects; leaves a body that does not end to the server, which closes its connection. */
function discardRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.readableEnded || request.destroyed) return resolve();
    let left = MAX_DISCARDED_BYTES;
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) resolve();
    });
    for (const event of ['end', 'close', 'error']) request.once(event, resolve);
    request.resume();
  });
}
