/**
 * The activity `httpRequest`: one HTTP call of a service, for the workflow `httpJob` and for users'
 * workflows.
 *
 * Secrets exist only in local variables of this file and on the wire. Everything that leaves the activity
 * (answers, failures, spans) is redacted.
 */
import { ApplicationFailure, CompleteAsyncError, Context, type Info } from '@temporalio/activity';
import { permanent, temporary } from '../core/http/failures';
import { httpRequestProblem } from '../core/http/problems';
import { createRedactor } from '../core/http/redaction';
import { type ResolvedHeaders, resolveHeaders } from '../core/http/secrets';
import type { HttpRequest, HttpResponse } from '../core/http/types';
import { defined } from '../core/util/defined';
import { durationMs } from '../core/util/duration';
import { unlessAborted } from '../core/util/unless-aborted';
import { answerTo } from './http/call';
import { type Caller, compileCall } from './http/compile';
import { type HttpActivitiesOptions, type ResolvedHttpOptions, resolveHttpOptions } from './http/options';
import { nameOf } from './http/redirects';
import { trafficOf } from './http/traffic';

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_KEEP_BYTES = 65_536;
/**
 * Time limit for fetching all secrets of a request, in milliseconds; the request's own timeout starts after
 * it.
 */
const SECRETS_TIMEOUT_MS = 10_000;
/**
 * Milliseconds between heartbeats; the SDK throttles them by the heartbeat timeout, or to two a minute
 * without one.
 */
const HEARTBEAT_INTERVAL_MS = 1_000;

/** The activities that {@link createHttpActivities} creates. */
export interface HttpActivities {
  /**
   * Calls a service over HTTP.
   *
   * With `reportsLater` and an answer 202, the activity stays open until it is completed asynchronously.
   *
   * @throws {ApplicationFailure} whose type is an `HttpFailureType`
   */
  httpRequest(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * Creates the activities that `httpJob` needs, for a worker's option `activities`.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 *
 * @example
 * ```ts
 * await Worker.create({
 *   activities: createHttpActivities({ secrets: (name) => vault.read(name), allowHosts: ['*.internal.example'] }),
 * });
 * ```
 */
export function createHttpActivities(options?: HttpActivitiesOptions): HttpActivities {
  const resolved = resolveHttpOptions(options);
  return {
    async httpRequest(request) {
      const problem = httpRequestProblem(request);
      if (problem !== undefined) throw permanent('InvalidHttpRequest', `httpRequest: ${problem}`);
      const context = Context.current();
      const stopHeartbeats = startHeartbeats(context);
      try {
        return await call(request, resolved, context);
      } catch (error) {
        // `cancelled` rejects with Temporal's own failure.
        if (context.cancellationSignal.aborted) return await context.cancelled;
        throw error;
      } finally {
        stopHeartbeats();
      }
    },
  };
}

/**
 * Calls the service.
 *
 * @throws {CompleteAsyncError} if the service reports later
 */
async function call(
  request: HttpRequest,
  options: ResolvedHttpOptions,
  context: Context,
): Promise<HttpResponse> {
  const headers = await headersOf(request, options, context.cancellationSignal);
  const redactor = createRedactor(headers.secrets);
  const marks = trafficOf(request);
  const timeoutMs = durationMs(request.timeout) ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const outgoing = compileCall(request, headers, marks, callerOf(context.info), options.callback);
  const answer = await answerTo(outgoing, {
    isAllowed: options.isAllowed,
    redactor,
    marks,
    keepBytes: request.keepBytes ?? DEFAULT_KEEP_BYTES,
    signal: AbortSignal.any([timeout, context.cancellationSignal]),
    success: request.success,
    reportsLater: request.reportsLater ?? false,
  }).catch((error: unknown) => {
    const what = `${outgoing.method} ${nameOf(outgoing.url)}`;
    if (timeout.aborted) {
      throw temporary('HttpTimeout', redactor.redact(`${what}: no complete answer within ${timeoutMs} ms`));
    }
    const { message } = error as Error;
    // Rebuilt without stack and cause, which are not redacted.
    if (!(error instanceof ApplicationFailure)) {
      throw temporary('HttpUnreachable', redactor.redact(`${what}: ${message}`));
    }
    const { type, nonRetryable, nextRetryDelay } = error;
    throw ApplicationFailure.create(
      defined({
        message: redactor.redact(message),
        type: type ?? undefined,
        nonRetryable: nonRetryable === true,
        nextRetryDelay: nextRetryDelay ?? undefined,
      }),
    );
  });
  if (answer === undefined) throw new CompleteAsyncError();
  return answer;
}

async function headersOf(
  { headers = {} }: HttpRequest,
  { secrets }: ResolvedHttpOptions,
  cancelled: AbortSignal,
): Promise<ResolvedHeaders> {
  const timeout = AbortSignal.timeout(SECRETS_TIMEOUT_MS);
  try {
    return await unlessAborted(resolveHeaders(headers, secrets), AbortSignal.any([timeout, cancelled]));
  } catch (error) {
    if (error !== timeout.reason) throw error;
    const message = `the provider of secrets did not answer within ${SECRETS_TIMEOUT_MS} ms`;
    throw temporary('HttpSecretUnavailable', message);
  }
}

function callerOf({ workflowExecution, activityRunId, ...info }: Info): Caller {
  const { activityId, namespace, base64TaskToken } = info;
  // A standalone activity has a run id of its own.
  const { workflowId = '', runId = activityRunId ?? activityId } = workflowExecution ?? {};
  return { workflowId, runId, activityId, namespace, base64TaskToken };
}

/** Sends heartbeats, which also deliver a cancellation. Returns a function that stops them. */
function startHeartbeats(context: Context): () => void {
  const since = new Date().toISOString();
  const timer = setInterval(() => context.heartbeat({ waitingSince: since }), HEARTBEAT_INTERVAL_MS);
  return () => clearInterval(timer);
}
