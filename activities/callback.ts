/**
 * Where a service's late report arrives: completes the activity that waits for it.
 *
 * Knows of no HTTP server: whoever mounts it gives URL and body, and sends what comes back. Host code.
 */
import { ActivityCancelledError, ActivityNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { HttpAnswer } from '../core/http/types';
import { checkCallbackKey, readToken, type WaitingActivity } from './http/callback-token';

/** A report as it came in. */
export interface CallbackRequest {
  /** The URL, or only its path and query. */
  readonly url: string;
  /** The body, `''` if there is none; a promise that rejects is a body that could not be read. */
  readonly body: string | Promise<string>;
  /** The header `content-type`. */
  readonly contentType?: string;
}

/** What to answer. */
export interface CallbackResponse {
  readonly status: number;
  /** One line of text for whoever called. */
  readonly body: string;
}

const ACCEPTED = 202;
/** As much as an answer may keep. */
const MAX_BODY_BYTES = 1_048_576;
/** Of the body as JSON, in which a control character has six: Temporal refuses payloads of more than 2 MiB. */
const MAX_PAYLOAD_BYTES = 2_000_000;
/** Characters of a report that get into a failure or into a heartbeat. */
const MAX_QUOTED = 1_000;

/**
 * Completes the activity that the URL's token names.
 *
 * The report is the body; the query parameter `outcome` says what it is: `success` (if left out), `failure` (the
 * request is tried again as far as its retry policy goes), `progress` (a sign of life, for `heartbeatTimeout`).
 *
 * Nothing in the request makes it reject, whoever sent it.
 *
 * @returns 200; 400 for an unknown outcome or a body that is not text; 403 for a URL without a token that was signed
 *   with this key; 410 when nobody waits (any more) or the job was cancelled: stop working on it; 413; 503 when Temporal
 *   cannot be reached: report again
 * @throws {OptionError} when the key is too short
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
    return { status: 403, body: 'the token in the URL is not one that was given out' };
  const body = await reading;
  if (body === undefined) return { status: 400, body: 'expected a report as text, read to its end' };
  if (Buffer.byteLength(body) > MAX_BODY_BYTES)
    return { status: 413, body: `a report has at most ${MAX_BODY_BYTES} bytes` };
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
    return { status: 503, body: 'Temporal could not be told; report again' };
  }
}

/** The parameters of the query, whatever stands before it: `//`, `http://` and `\\` are not URLs. */
function queryOf({ url }: CallbackRequest): URLSearchParams {
  const [, query] = (typeof url === 'string' && /\?([^#]*)/.exec(url)) || [];
  return new URLSearchParams(query);
}

/** `undefined` for a body that is not text, or could not be read. Never rejects. */
async function bodyOf(request: CallbackRequest): Promise<string | undefined> {
  try {
    const body: unknown = await request.body;
    return typeof body === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

async function report(
  client: Pick<Client, 'activity'>,
  activity: WaitingActivity,
  outcome: string,
  body: string,
  contentType: string | undefined,
): Promise<CallbackResponse> {
  switch (outcome) {
    case 'success': {
      const answer: HttpAnswer = {
        status: ACCEPTED,
        ...(contentType !== undefined && { contentType }),
        body,
        truncated: false,
        reported: true,
      };
      await client.activity.complete({ ...activity }, answer);
      return { status: 200, body: 'completed' };
    }
    case 'failure': {
      const message = `the service reported a failure: ${body.slice(0, MAX_QUOTED)}`;
      await client.activity.fail(
        { ...activity },
        ApplicationFailure.create({ type: 'HttpReportedFailure', message }),
      );
      return { status: 200, body: 'failed' };
    }
    case 'progress':
      await client.activity.heartbeat({ ...activity }, { progress: body.slice(0, MAX_QUOTED) });
      return { status: 200, body: 'noted' };
    default:
      return { status: 400, body: 'outcome: expected success, failure or progress' };
  }
}
