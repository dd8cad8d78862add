/**
 * The activities of watchers and incidents, as their workflows call them: types, timeouts and retries.
 *
 * Sandbox code.
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { AlertMessage, DeliveryOutcome, Subject } from '../incident/message';
import type { TestRequest, WatchRequest, WatchResult } from './watcher-messages';

/** A message for one channel. */
export interface DeliveryRequest {
  readonly channel: string;
  readonly subject: Subject;
  readonly message: AlertMessage;
}

/** Activities of the alert workflows. */
export interface AlertActivities {
  /** Watches until the end of the request; heartbeats the cursor. */
  jobAlertsWatch(request: WatchRequest): Promise<WatchResult>;
  /** Sends one message; fails with the delay of the next attempt. */
  jobAlertsDeliver(request: DeliveryRequest): Promise<DeliveryOutcome>;
  /** Starts the incident of a test message; returns the problem with the request, or `null`. */
  jobAlertsTest(request: TestRequest): Promise<string | null>;
}

export const { jobAlertsWatch } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '5 seconds' },
});

export const { jobAlertsDeliver } = proxyActivities<AlertActivities>({
  // Longer than silences, secrets and the request together, each of which may take 10 s: else a message that arrived
  // after all would be sent again.
  startToCloseTimeout: '40 seconds',
  // The activity itself gives up after 24 hours; this limit applies if no process runs it.
  scheduleToCloseTimeout: '25 hours',
  // Applies only if the process died; else the activity sets the delay.
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2.5, maximumInterval: '5 minutes' },
  // The incident's next messages depend on whether this one was delivered.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

export const { jobAlertsTest } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 minute',
});
