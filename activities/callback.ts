/**
 * Receives the late report of a service: completes the activity that waits for it.
 *
 * Independent of any HTTP server: the caller passes URL and body, and sends the response. Host code.
 */
import { ActivityCancelledError, ActivityNotFoundError, type Client } from '@temporalio/client';
import { temporary } from '../core/http/failures';
import type { HttpResponse } from '../core/http/types';
import { MAX_PAYLOAD_BYTES } from '../core/server-limits';
import { defined } from '../core/util/defined';
import { checkCallbackKey, readToken, type WaitingActivity } from './http/callback-token';

/** Incoming request that carries a service's late report. */
export interface CallbackRequest {
  /** URL of the request, or only its path and query. */
  readonly url: string;
  /** Body of the request, `''` if there is none; a rejected promise means that it could not be read. */
  readonly body: string | Promise<string>;
  /** Value of the request's header `content-type`. */
  readonly contentType?: string;
}

/** Response to send for a {@link CallbackRequest}. */
export interface CallbackResponse {
  /** HTTP status. */
  readonly status: number;
  /** Body of the response: one line of text for the caller. */
  readonly body: string;
}

const ACCEPTED = 202;
/** Most bytes of a body: as many as an `HttpResponse` can have. */
const MAX_BODY_BYTES = 1_048_576;
/** Most characters of a report that are quoted in a failure or a heartbeat. */
const MAX_QUOTED = 1_000;

/**
 * Completes the activity that the token in the URL identifies.
 *
 * The body is the report. The query parameter `outcome` is `success` (the default), `failure` (the request is
 * retried according to its retry policy) or `progress` (a heartbeat, for `heartbeatTimeout`).
 *
 * Never rejects because of a request's content.
 *
 * @returns 200; 400 for an unknown outcome or a body that is not text; 403 for a URL without a token signed
 *   with this key; 410 if no activity waits (any more) or the job was cancelled, so the service should stop;
 *   413 for a body that is too large; 503 if Temporal cannot be reached, so the service should report again
 * @throws {OptionError} if the key is too short
 *
 * @example
 * ```ts
 * const { status, body } = await completeFromCallback(client, { url: request.url, body: request.text() }, { key });
 * return new Response(body, { status });
 * ```
 */
export async function completeFromCallback(
  client: Pick<Client, 'activity'>,
  request: CallbackRequest,
  { key }: { readonly key: string },
): Promise<CallbackResponse> {
  checkCallbackKey(key);
  const reading = bodyOf(request);
  const query = queryOf(request);
  const activity = readToken(query.get('token') ?? '', key);
  if (activity === undefined)
    return { status: 403, body: 'the URL has no token that was signed with this key' };
  const body = await reading;
  if (body === undefined) return { status: 400, body: 'expected a report as text, read to its end' };
  if (Buffer.byteLength(body) > MAX_BODY_BYTES)
    return { status: 413, body: `a report has at most ${MAX_BODY_BYTES} bytes` };
  // As JSON, a control character takes six bytes.
  if (Buffer.byteLength(JSON.stringify(body)) > MAX_PAYLOAD_BYTES)
    return {
      status: 413,
      body: `a report has at most ${MAX_PAYLOAD_BYTES} bytes when it is written as JSON`,
    };
  try {
    return await report(client, activity, query.get('outcome') ?? 'success', body, request.contentType);
  } catch (error) {
    if (error instanceof ActivityNotFoundError)
      return { status: 410, body: 'nobody waits for this (any more)' };
    if (error instanceof ActivityCancelledError) return { status: 410, body: 'the job was cancelled' };
    return { status: 503, body: 'Temporal could not be reached; report again' };
  }
}

/** Returns the query parameters, whatever precedes the query: `//`, `http://` and `\\` are not valid URLs. */
function queryOf({ url }: CallbackRequest): URLSearchParams {
  const [, query] = (typeof url === 'string' && /\?([^#]*)/.exec(url)) || [];
  return new URLSearchParams(query);
}

/** Returns the body; `undefined` if it is not text or could not be read. Never rejects. */
async function bodyOf(request: CallbackRequest): Promise<string | undefined> {
  try {
    const body: unknown = await request.body;
    return typeof body === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Passes the report to Temporal. @throws {Error} of the client, such as `ActivityNotFoundError` */
async function report(
  client: Pick<Client, 'activity'>,
  activity: WaitingActivity,
  outcome: string,
  body: string,
  contentType: string | undefined,
): Promise<CallbackResponse> {
  switch (outcome) {
    case 'success': {
      const answer: HttpResponse = defined({
        status: ACCEPTED,
        contentType,
        body,
        truncated: false,
        reported: true,
      });
      await client.activity.complete({ ...activity }, answer);
      return { status: 200, body: 'completed' };
    }
    case 'failure': {
      const message = `the service reported a failure: ${body.slice(0, MAX_QUOTED)}`;
      await client.activity.fail({ ...activity }, temporary('HttpReportedFailure', message));
      return { status: 200, body: 'failed' };
    }
    case 'progress':
      await client.activity.heartbeat({ ...activity }, { progress: body.slice(0, MAX_QUOTED) });
      return { status: 200, body: 'noted' };
    default:
      return { status: 400, body: 'outcome: expected success, failure or progress' };
  }
}
