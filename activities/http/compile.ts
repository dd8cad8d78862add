/**
 * Compiles a user's request to the one that is sent: with headers that identify the caller, and the encoded body.
 *
 * Pure.
 */

import type { ResolvedHeaders } from '../../core/http/secrets';
import type { HttpRequest } from '../../core/http/types';
import { defined } from '../../core/util/defined';
import { writeToken } from './callback-token';
import type { CallbackOptions } from './options';
import type { Call } from './redirects';
import { type TrafficMarks, trafficHeaders } from './traffic';

const USER_AGENT = 'temporal-job-tracing';

/** The activity that makes the call. */
export interface Caller {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly namespace: string;
  readonly base64TaskToken: string;
}

/**
 * Compiles a request.
 *
 * @param callback where services report later; without it they report through Temporal's own API
 */
export function compileCall(
  request: HttpRequest,
  resolved: ResolvedHeaders,
  marks: TrafficMarks,
  caller: Caller,
  callback: CallbackOptions | undefined,
): Call {
  const { method = 'GET', url, body, reportsLater = false } = request;
  const isJson = body !== undefined && typeof body !== 'string';
  const report = reportsLater ? reportHeaders(caller, callback) : {};
  const headers = new Map([
    ['user-agent', USER_AGENT],
    // The response's body is read without decompressing it.
    ['accept-encoding', 'identity'],
    ['idempotency-key', idempotencyKey(caller)],
    ...(isJson ? [['content-type', 'application/json'] as const] : []),
    ...resolved.headers,
    ...Object.entries(trafficHeaders(marks)),
    ...Object.entries(report),
  ]);
  return {
    url: new URL(url),
    method,
    headers,
    body: body === undefined ? undefined : Buffer.from(isJson ? JSON.stringify(body) : body),
    privateHeaders: new Set([...resolved.withSecret, ...Object.keys(report)]),
  };
}

/**
 * Returns the idempotency key: the same for all attempts of an activity; another one in the next tick, a retry of the
 * run, a continuation and a reset, which have run ids of their own.
 */
function idempotencyKey({ runId, activityId }: Caller): string {
  return `${runId}-${encodeURIComponent(activityId)}`;
}

/** Returns the headers by which a service can report later: Temporal's ids and task token, and the callback URL. */
function reportHeaders(caller: Caller, callback: CallbackOptions | undefined): Record<string, string> {
  const { workflowId, runId, activityId, namespace, base64TaskToken } = caller;
  return defined({
    'x-temporal-namespace': encodeURIComponent(namespace),
    'x-temporal-workflow-id': encodeURIComponent(workflowId),
    'x-temporal-run-id': runId,
    'x-temporal-activity-id': encodeURIComponent(activityId),
    'x-temporal-task-token': base64TaskToken,
    'callback-url': callback && callbackUrl(caller, callback),
  });
}

function callbackUrl(caller: Caller, { url, key }: CallbackOptions): string {
  const address = new URL(url);
  address.searchParams.set('token', writeToken(caller, key));
  return address.href;
}
