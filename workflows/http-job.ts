/**
 * The workflow `httpJob`: one call of a service in any language, as the work of a run.
 *
 * Runs in the sandbox. What it decides (lane, limits) follows from its input and the run's ids alone.
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
import type { HttpAnswer, HttpJobInput, HttpRequest, LaneRoute } from '../core/http/types';
import { isInLane } from '../core/lane';
import { traceIdOfRun } from '../core/trace-id';
import { durationMs } from '../core/util/duration';
import { jobInfo } from './job-info';

/** Type of the failure of a run whose input is wrong; it is not tried again. */
const INVALID = 'InvalidHttpJob';
const UNSUCCESSFUL = 'HttpUnsuccessful';
const DEFAULT_TIMEOUT_MS = 60_000;
/** What the activity has besides the request: secrets to fetch, the answer to report. */
const MARGIN_MS = 15_000;
/** A worker that is gone is noticed after this time, and a cancelled request ends within about half of it. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
const DEFAULT_ATTEMPTS = 3;
/** There is one in a run, so that it can be completed by name: `temporal activity complete --activity-id`. */
const ACTIVITY_ID = 'httpRequest';

/**
 * Calls a service and ends when it has answered, or reported after answering 202.
 *
 * @throws ApplicationFailure of the type `InvalidHttpJob`, not to be retried, that says what to write
 *
 * @example
 * ```sh
 * temporal workflow start --type httpJob --task-queue jobs --workflow-id close-billing \
 *   --input '{"method":"POST","url":"https://billing.example/close","timeout":"30 seconds"}'
 * ```
 */
export async function httpJob(input: HttpJobInput): Promise<HttpAnswer> {
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
          // The run ends when the request has ended, so that nothing goes on behind a cancelled run.
          cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        }
      : {
          // Between 202 and the report there is nobody who could confirm a cancellation.
          startToCloseTimeout: callback.timeout,
          ...(callback.heartbeatTimeout !== undefined && { heartbeatTimeout: callback.heartbeatTimeout }),
          cancellationType: ActivityCancellationType.TRY_CANCEL,
        }),
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
 * The request, in its lane if the run is one of the lane's share. A run that was started in a lane is in no other, and
 * goes where its route leads.
 */
function routedBy(lane: string | LaneRoute | undefined, request: HttpRequest): HttpRequest {
  if (lane === undefined) return request;
  const route = typeof lane === 'string' ? { name: lane } : lane;
  const { lane: laneOfRun, traceId = traceIdOfRun(workflowInfo().runId) } = jobInfo();
  const isTaken = laneOfRun === undefined ? isInLane(traceId, route) : laneOfRun === route.name;
  return isTaken ? { ...request, lane: route.name, url: route.url ?? request.url } : request;
}

/** Whoever completes the activity by hand gives any JSON: that is then the body of the report. */
function answerOf(value: unknown): HttpAnswer {
  const isAnswer = typeof value === 'object' && value !== null && 'status' in value && 'reported' in value;
  if (isAnswer) return value as HttpAnswer;
  const body = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { status: 202, body, truncated: false, reported: true };
}
