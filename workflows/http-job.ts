/**
 * The workflow `httpJob`: one HTTP call of a service, in any language, as the work of a run.
 *
 * Sandbox code. Its decisions (lane, limits) depend only on its input and the run's ids.
 */
import {
  ActivityCancellationType,
  ApplicationFailure,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { HttpActivities } from '../activities/http-request';
import { httpJobProblem } from '../core/http/problems';
import { failingOf } from '../core/http/success';
import type { HttpJobInput, HttpRequest, HttpResponse, LaneRoute } from '../core/http/types';
import { isInLane } from '../core/lane';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { durationMs } from '../core/util/duration';
import { isRecord } from '../core/util/untrusted';
import { jobInfo } from './job-info';

/** Failure type of a run with invalid input; not retried. */
const INVALID = 'InvalidHttpJob';
/** Failure type of a run whose late report is not a success by its rule. */
const UNSUCCESSFUL = 'HttpUnsuccessful';
const DEFAULT_TIMEOUT_MS = 60_000;
/** Time of the activity in addition to the request's, to fetch secrets and report the answer, in milliseconds. */
const MARGIN_MS = 15_000;
/** Time until a lost worker is noticed, in milliseconds; a cancelled request ends within about half of it. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
const DEFAULT_ATTEMPTS = 3;
/**
 * Id of the run's one activity, so that it can be completed by name:
 * `temporal activity complete --activity-id`.
 */
const ACTIVITY_ID = 'httpRequest';

/**
 * Workflow that calls a service over HTTP and completes when the service has answered, or has reported after
 * answering 202.
 *
 * @throws {ApplicationFailure} `InvalidHttpJob`, non-retryable, which names the problem with the input
 *
 * @example
 * ```sh
 * temporal workflow start --type httpJob --task-queue jobs --workflow-id close-billing \
 *   --input '{"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}'
 * ```
 */
export async function httpJob(input: HttpJobInput): Promise<HttpResponse> {
  const problem = httpJobProblem(input);
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(`httpJob: ${problem}`, INVALID);
  const { retry, callback, lane, ...request } = input;
  const { httpRequest } = proxyActivities<HttpActivities>({
    activityId: ACTIVITY_ID,
    retry: { maximumAttempts: DEFAULT_ATTEMPTS, ...retry },
    ...(callback === undefined
      ? {
          startToCloseTimeout: (durationMs(input.timeout) ?? DEFAULT_TIMEOUT_MS) + MARGIN_MS,
          heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
          // A cancelled run waits for its request to end, so that no request outlives it.
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        }
      : defined({
          startToCloseTimeout: callback.timeout,
          heartbeatTimeout: callback.heartbeatTimeout,
          // Between 202 and the report, no one could confirm a cancellation.
          cancellationType: ActivityCancellationType.TRY_CANCEL,
        })),
  });
  const routed = routedBy(lane, request);
  const answer = answerOf(
    await httpRequest(callback === undefined ? routed : { ...routed, reportsLater: true }),
  );
  const failing = answer.reported ? failingOf(answer, input.success) : undefined;
  if (failing !== undefined) throw ApplicationFailure.retryable(`httpJob: ${failing.message}`, UNSUCCESSFUL);
  return answer;
}

/**
 * Returns the request, in its lane if the run belongs to the lane's share. A run that was started in a lane
 * stays in that lane, and calls the URL of its route.
 */
function routedBy(lane: string | LaneRoute | undefined, request: HttpRequest): HttpRequest {
  if (lane === undefined) return request;
  const route = typeof lane === 'string' ? { name: lane } : lane;
  const { lane: laneOfRun, traceId = traceIdOfRun(workflowInfo().runId) } = jobInfo();
  const isTaken = laneOfRun === undefined ? isInLane(traceId, route) : laneOfRun === route.name;
  return isTaken ? { ...request, lane: route.name, url: route.url ?? request.url } : request;
}

/**
 * Returns the activity's result as an answer: an activity completed manually may have any JSON, the report's
 * body.
 */
function answerOf(value: unknown): HttpResponse {
  const isAnswer = isRecord(value) && 'status' in value && 'reported' in value;
  if (isAnswer) return value as unknown as HttpResponse;
  const body = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { status: 202, body, truncated: false, reported: true };
}
