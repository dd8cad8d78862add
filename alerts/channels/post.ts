/**
 * One delivery attempt: a POST, and the meaning of its HTTP status.
 */
import { retryAfterMs } from '../../core/http/retry-after';

/** Result of one delivery attempt. */
export type PostResult =
  | { readonly kind: 'delivered' }
  /**
   * Temporary failure. The receiver may have sent a `Retry-After`: then the next attempt waits at least
   * `afterMs`.
   */
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number }
  /** The receiver rejected this message for good. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The configuration of this process does not have the channel. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** The receiver wants no more messages (410 Gone). */
  | { readonly kind: 'gone'; readonly why: string };

/** The HTTP request that delivers a message to a channel. */
export interface ChannelRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const POST_TIMEOUT_MS = 10_000;
const GONE = 410;
/** HTTP statuses below 500 that are worth a retry. */
const TEMPORARY: readonly number[] = [408, 425, 429];

/** Posts the body. Never throws; the result never contains the address, which may hold a secret. */
export async function post(request: ChannelRequest, timeoutMs = POST_TIMEOUT_MS): Promise<PostResult> {
  const { url, headers, body } = request;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'temporal-job-tracing', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The body is not needed; cancelling it frees the connection.
    await response.body?.cancel();
    return meaningOf(response.status, response.headers.get('retry-after') ?? undefined);
  } catch (error) {
    return { kind: 'retry', why: `no answer (${reasonOf(error, timeoutMs)})` };
  }
}

function meaningOf(status: number, retryAfter: string | undefined): PostResult {
  const why = `HTTP status ${status}`;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === GONE) return { kind: 'gone', why };
  if (status < 500 && !TEMPORARY.includes(status)) return { kind: 'refused', why };
  const afterMs = retryAfterMs(retryAfter, Date.now());
  return { kind: 'retry', why, ...(afterMs !== undefined && { afterMs }) };
}

/** Returns the code of the error or of its cause, never its message, which may contain the address. */
export function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return typeof error;
  if (error.name === 'TimeoutError') return `timed out after ${timeoutMs} ms`;
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
