/**
 * One attempt to deliver: a POST, and what the answer means.
 */
import { retryAfterMs } from '../../core/http/retry-after';

/** What an attempt came to. */
export type PostResult =
  | { readonly kind: 'delivered' }
  /** To be tried again, not before `afterMs` if the receiver said so. */
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number }
  /** This message will never be taken. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No message is wanted any more. */
  | { readonly kind: 'gone'; readonly why: string };

/** A request to a channel. */
export interface ChannelRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const POST_TIMEOUT_MS = 10_000;
const GONE = 410;
/** Answers that another attempt can change, besides those from 500 on. */
const TEMPORARY: readonly number[] = [408, 425, 429];

/** Posts the body. Never throws; what it says has nothing of the address but its host. */
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
    // The answer says nothing that is needed, and its connection is.
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

/** The code of the error, or of its cause: messages may hold the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return typeof error;
  if (error.name === 'TimeoutError') return `timed out after ${timeoutMs} ms`;
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
