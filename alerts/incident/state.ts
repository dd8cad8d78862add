/**
 * The state of an incident: plain data, carried from one of its runs to the next.
 *
 * Sandbox code; pure.
 */
import type { AlertFacts, AlertMessage, AlertType, Handling, Subject } from './message';

/** A problem that has been told, or is about to be. */
export interface OpenProblem {
  readonly key: string;
  readonly type: AlertType;
  readonly sinceMs: number;
  readonly facts: AlertFacts;
  readonly remindAtMs: number;
  readonly flapping?: true;
}

/** A message that waits for its channel. */
export interface QueuedMessage extends AlertMessage {
  /** A silence holds it back until then. */
  readonly notBeforeMs?: number;
}

/** The failures and successes of a job. */
export interface FailureState {
  /** Run ids, and chains of attempts, that were counted, with the times of their ends; the newest last. */
  readonly counted: readonly (readonly [id: string, atMs: number])[];
  /** What closed no later and is not in `counted` was counted before. */
  readonly forgottenMs: number;
  /** Failures since the last success. */
  readonly streak: number;
  /** Successes since the last failure. */
  readonly successes: number;
  readonly lastFailureMs: number;
  readonly lastSuccessMs: number;
  readonly told?: 'failed' | 'failing';
  /** Ends of the failure–recovery cycles of the last 24 hours. */
  readonly cycles: readonly number[];
  readonly flapping: boolean;
}

/** What became of a message, for `status`. */
export interface DeliveryRecord {
  readonly id: string;
  readonly channel: string;
  readonly type: AlertType;
  readonly state: 'open' | 'resolved';
  readonly atMs: number;
  readonly outcome: 'delivered' | 'grouped' | 'silenced' | 'refused' | 'dropped';
  /** Why, where it was not delivered. */
  readonly why?: string;
}

/** A message that a group is to tell; `null`: there is nothing to tell, and the group need not wait. */
export interface Claim {
  readonly group: string;
  readonly message: AlertMessage | null;
}

export interface IncidentState {
  readonly subject: Subject;
  /** Prefix of message ids: the first run's id. */
  readonly idPrefix: string;
  readonly sequence: number;
  readonly handling: Handling;
  readonly problems: readonly OpenProblem[];
  /** Keys of problems that are over, with the times of their ends; the newest last. */
  readonly ended: readonly (readonly [key: string, atMs: number])[];
  readonly failures: FailureState;
  /** By channel, in the order of their sending. */
  readonly queues: Readonly<Record<string, readonly QueuedMessage[]>>;
  readonly claims: readonly Claim[];
  /** The last ones, newest last. */
  readonly deliveries: readonly DeliveryRecord[];
  readonly openedMs: number;
  /** When something was last seen or sent. */
  readonly touchedMs: number;
}

/** How long an incident waits for news after its end, and so how far back a watcher may look again. */
export const LINGER_MS = 24 * 60 * 60 * 1_000;
/** An incident that is still open by then ends unresolved. */
const MAX_OPEN_MS = 35 * 24 * 60 * 60 * 1_000;
const MAX_DELIVERIES = 20;
const SUCCESS_ENDS: readonly AlertType[] = ['job.failed', 'job.failing', 'job.overdue'];

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

/** Whether successes of the job matter: something is to recover, or failures are counted. */
export function awaitsSuccess({ problems, failures }: IncidentState): boolean {
  return failures.streak > 0 || problems.some(({ type }) => SUCCESS_ENDS.includes(type));
}

/** When the incident is over, if nothing else happens; `Infinity` while messages wait. */
export function endMs(state: IncidentState): number {
  const isQuiet =
    Object.values(state.queues).every((queue) => queue.length === 0) && state.claims.length === 0;
  if (!isQuiet) return Number.POSITIVE_INFINITY;
  return state.problems.length > 0 ? state.openedMs + MAX_OPEN_MS : state.touchedMs + LINGER_MS;
}

export function recordDelivery(state: IncidentState, record: DeliveryRecord): IncidentState {
  return { ...state, deliveries: [...state.deliveries, record].slice(-MAX_DELIVERIES) };
}
