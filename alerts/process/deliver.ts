/**
 * The activity that delivers messages: each call is one attempt, and sets the delay of the next.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { PostResult } from '../channels/post';
import { retryDelayMs } from '../channels/retry';
import type { AlertMessage, DeliveryOutcome, Subject } from '../incident/message';
import { type Silence, silenceOf } from '../silence';
import type { DeliveryRequest } from '../workflows/activities';

/** Dependencies of the delivery activity. */
export interface Delivering {
  readonly send: (channel: string, subject: Subject, message: AlertMessage) => Promise<PostResult>;
  readonly silences: () => Promise<readonly Silence[]>;
  /** Called when a channel has rejected a message for good. */
  readonly refused: (channel: string, why: string) => void;
  readonly delivered: (channel: string) => void;
  /** Computes the delay of the next attempt, in milliseconds. @default the delays of `channels/retry` */
  readonly retryDelayMs?: typeof retryDelayMs;
}

/** Longer than a changed configuration file takes to be read. */
const ATTEMPTS_AT_UNKNOWN = 4;

/** Creates the activity `jobAlertsDeliver`. */
export function createDeliver(
  delivering: Delivering,
): (request: DeliveryRequest) => Promise<DeliveryOutcome> {
  const { send, silences, refused, delivered } = delivering;
  return async ({ channel, subject, message }) => {
    const silence = silencing(await silences(), subject, message);
    if (silence) return { status: 'silenced', untilMs: silence.untilMs, reason: silence.reason };
    const result = await send(channel, subject, message);
    switch (result.kind) {
      case 'delivered':
        delivered(channel);
        return { status: 'delivered' };
      case 'refused':
      case 'gone':
        refused(channel, result.why);
        return { status: 'refused', why: result.why };
      case 'unknown':
        return unknown(channel, message, result.why, delivering);
      case 'retry':
        return later(channel, result, delivering);
    }
  };
}

/**
 * Retries a message to a channel that this process does not know: another process may have a newer
 * configuration, or this one will read it within seconds. After that the channel has been removed.
 *
 * @throws {ApplicationFailure} with the delay of the next attempt
 */
function unknown(
  channel: string,
  { state }: AlertMessage,
  why: string,
  delivering: Delivering,
): DeliveryOutcome {
  if (Context.current().info.attempt < ATTEMPTS_AT_UNKNOWN) return later(channel, { why }, delivering);
  // Nobody misses the end of a problem on a channel that was removed.
  if (state === 'open') delivering.refused(channel, why);
  return { status: 'refused', why };
}

/**
 * Throws the failure that schedules the next attempt; after 24 hours, returns a refusal instead.
 *
 * @throws {ApplicationFailure} with the delay of the next attempt
 */
function later(
  channel: string,
  { why, afterMs }: Omit<Extract<PostResult, { kind: 'retry' }>, 'kind'>,
  { refused, retryDelayMs: delayOf = retryDelayMs }: Delivering,
): DeliveryOutcome {
  const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = Context.current().info;
  const elapsedMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  const delayMs = delayOf(attempt, elapsedMs, afterMs);
  if (delayMs === undefined) {
    refused(channel, `${why}, for 24 hours`);
    return { status: 'refused', why: `${why}, for 24 hours` };
  }
  throw ApplicationFailure.create({
    message: `channel ${channel}: ${why}`,
    type: 'AlertNotDelivered',
    nextRetryDelay: delayMs,
  });
}

/**
 * Returns the silence that holds the message back, if there is one. Resolutions and test messages are always
 * sent.
 */
function silencing(
  silences: readonly Silence[],
  { kind, name }: Subject,
  { state, merged, facts }: AlertMessage,
): Silence | undefined {
  if (state === 'resolved' && !merged) return undefined;
  // The server's time, like that of silences; the process's own clock may be wrong.
  const nowMs = Context.current().info.currentAttemptScheduledTimestampMs;
  if (kind === 'job') return silenceOf(silences, name, nowMs);
  if (kind !== 'queue') return undefined;
  // A task queue is silenced if all its jobs are.
  const all = (facts.jobs ?? []).map((job) => silenceOf(silences, job, nowMs));
  const [first] = all;
  return all.every((one) => one !== undefined) ? first : undefined;
}
