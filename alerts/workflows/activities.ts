/**
 * The activities of watchers and incidents, as their workflows call them: types, and how often they are tried.
 *
 * Sandbox code.
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { AlertMessage, DeliveryOutcome, Subject } from '../incident/message';
import type { TestRequest, WatchRequest, WatchResult } from './watcher-messages';

/** One message for one channel. */
export interface DeliveryRequest {
  readonly channel: string;
  readonly subject: Subject;
  readonly message: AlertMessage;
}

/** What runs outside the sandbox. */
export interface AlertActivities {
  /** Watches until the request's end; heartbeats where it has got to. */
  jobAlertsWatch(request: WatchRequest): Promise<WatchResult>;
  /** Sends one message. Fails with the pause before the next attempt. */
  jobAlertsDeliver(request: DeliveryRequest): Promise<DeliveryOutcome>;
  /** Starts the incident of a sample; returns what is wrong with the request, or nothing. */
  jobAlertsTest(request: TestRequest): Promise<string | null>;
}

export const { jobAlertsWatch } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '5 seconds' },
});

export const { jobAlertsDeliver } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '15 seconds',
  // The activity gives up by itself after 24 hours: this is for a message that no process takes.
  scheduleToCloseTimeout: '25 hours',
  // Only where the activity says nothing: it died.
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2.5, maximumInterval: '5 minutes' },
  // Whether the message was delivered after all decides what is told next.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

export const { jobAlertsTest } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '1 minute',
});
