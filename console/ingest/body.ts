/**
 * Reads and decompresses a request's body. The limits apply while reading, so neither a large body nor one
 * that decompresses to a large one is ever completely in memory.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ownBytes } from '../store';

/** Largest body after decompression, in bytes. Exporters send 512 spans a request, about 100 KB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Most bytes of a refused body that are read and discarded. */
const MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES;

/** Limits the total bytes of the bodies that are being read or wait to be written. */
export class BodyRoom {
  private free: number;

  constructor(bytes: number) {
    this.free = bytes;
  }

  /** Reserves bytes; returns false if there is no room. */
  take(bytes: number): boolean {
    if (bytes > this.free) return false;
    this.free -= bytes;
    return true;
  }

  release(bytes: number): void {
    this.free += bytes;
  }
}

/**
 * Why a body was not read: it is too large, there is no room at the moment, or its compression is unsupported
 * or broken.
 */
export type BodyProblem = 'too-large' | 'no-room' | 'compression';

/**
 * Reads the body into memory of its own; the caller releases its room. Rejects if the sender disconnects.
 *
 * A refused body is read to its end, since most senders read the response only after sending everything.
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
  let isGone = false;
  const goneAway = () => {
    isGone = !request.complete;
    if (isGone) gunzip.destroy(new Error('The sender has gone away.'));
  };
  request.once('close', goneAway);
  request.pipe(gunzip);
  try {
    return await readAll(gunzip, room);
  } catch (error) {
    if (isGone) throw error;
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
    // Keeps the connection open for the response.
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

/**
 * Reads and discards the rest of the body, up to a limit; then the server closes the connection. Never
 * rejects.
 */
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
