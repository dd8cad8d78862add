/**
 * The state of an incident: plain data, carried over when the workflow continues as new.
 *
 * Sandbox code; pure.
 */
import type { AlertDetails, AlertMessage, AlertType, Handling, Subject } from './message';

/** An open problem, reported or about to be. */
export interface OpenProblem {
  readonly key: string;
  readonly type: AlertType;
  readonly sinceMs: number;
  readonly facts: AlertDetails;
  readonly remindAtMs: number;
  readonly flapping?: true;
}

/** A message in the queue of a channel. */
export interface QueuedMessage extends AlertMessage {
  /** End of the silence that holds the message back, in milliseconds since 1970. */
  readonly notBeforeMs?: number;
}

/** Failures and successes of a job. */
export interface FailureState {
  /** Run ids and chains of attempts that were counted, with their close times; the newest last. */
  readonly counted: readonly (readonly [id: string, atMs: number])[];
  /** Runs that closed at this time or earlier and are not in `counted` were counted before. */
  readonly forgottenMs: number;
  /** Number of failures since the last success. */
  readonly streak: number;
  /** Number of successes since the last failure. */
  readonly successes: number;
  readonly lastFailureMs: number;
  readonly lastSuccessMs: number;
  /** Type of the last report about the streak; left out if there is none. */
  readonly told?: 'failed' | 'failing';
  /** Recovery times of the failure–recovery cycles of the last 24 hours. */
  readonly cycles: readonly number[];
  readonly flapping: boolean;
}

/** Result of a message's delivery, for `status`. */
export interface DeliveryRecord {
  readonly id: string;
  readonly channel: string;
  readonly type: AlertType;
  readonly state: 'open' | 'resolved';
  readonly atMs: number;
  readonly outcome: 'delivered' | 'grouped' | 'silenced' | 'refused' | 'dropped';
  /** Why the message was not delivered. */
  readonly why?: string;
}

/** A message that is handed to a group; `null` if there is none, so that the group does not wait for it. */
export interface Claim {
  readonly group: string;
  readonly message: AlertMessage | null;
}

/** The state of an incident, carried over continue-as-new. */
export interface IncidentState {
  readonly subject: Subject;
  /** Prefix of message ids, which contains the first run's id. */
  readonly idPrefix: string;
  readonly sequence: number;
  readonly handling: Handling;
  readonly problems: readonly OpenProblem[];
  /** Keys of ended problems, with the times of their ends; the newest last. */
  readonly ended: readonly (readonly [key: string, atMs: number])[];
  readonly failures: FailureState;
  /** Messages by channel, in sending order. */
  readonly queues: Readonly<Record<string, readonly QueuedMessage[]>>;
  readonly claims: readonly Claim[];
  /** The latest deliveries, the newest last. */
  readonly deliveries: readonly DeliveryRecord[];
  readonly openedMs: number;
  /** Time of the last observation or delivery, in milliseconds since 1970. */
  readonly touchedMs: number;
}

/**
 * How long an incident stays open after its last activity, in milliseconds. A watcher must not read further
 * back, or it would report problems twice.
 */
export const LINGER_MS = 24 * 60 * 60 * 1_000;
/** Longest time that an incident with open problems runs, in milliseconds. */
const MAX_OPEN_MS = 35 * 24 * 60 * 60 * 1_000;
const MAX_DELIVERIES = 20;
/** Types of problems that a success of the job ends. */
export const SUCCESS_ENDS: readonly AlertType[] = ['job.failed', 'job.failing', 'job.overdue'];

/** Returns a new incident without problems. */
export function newIncident(subject: Subject, idPrefix: string, nowMs: number): IncidentState {
  return {
    subject,
    idPrefix,
    sequence: 0,
    handling: { to: [], on: [], after: 1, recoverAfter: 1, remindEveryMs: LINGER_MS },
    problems: [],
    ended: [],
    failures: {
      counted: [],
      forgottenMs: 0,
      streak: 0,
      successes: 0,
      lastFailureMs: 0,
      lastSuccessMs: 0,
      cycles: [],
      flapping: false,
    },
    queues: {},
    claims: [],
    deliveries: [],
    openedMs: nowMs,
    touchedMs: nowMs,
  };
}

/** Whether the job's successes affect the incident: a problem waits for recovery, or failures are counted. */
export function awaitsSuccess({ problems, failures }: IncidentState): boolean {
  return failures.streak > 0 || problems.some(({ type }) => SUCCESS_ENDS.includes(type));
}

/**
 * Returns when the incident ends if nothing else happens, in milliseconds since 1970; `Infinity` while
 * messages are queued.
 */
export function endMs(state: IncidentState): number {
  const isQuiet =
    Object.values(state.queues).every((queue) => queue.length === 0) && state.claims.length === 0;
  if (!isQuiet) return Number.POSITIVE_INFINITY;
  return state.problems.length > 0 ? state.openedMs + MAX_OPEN_MS : state.touchedMs + LINGER_MS;
}

/** Returns the state with the record of a delivery. */
export function recordDelivery(state: IncidentState, record: DeliveryRecord): IncidentState {
  return { ...state, deliveries: [...state.deliveries, record].slice(-MAX_DELIVERIES) };
}
