/**
 * The messages of an incident on their way: one queue a channel, in order; what is resolved before it was delivered
 * becomes one message.
 *
 * Sandbox code; pure.
 */
import type { AlertFacts, AlertMessage, AlertType, DeliveryOutcome } from './message';
import { type IncidentState, type OpenProblem, type QueuedMessage, recordDelivery } from './state';

/** Tells that a problem is open: in the place of what was not delivered yet, behind everything else. */
export function tellOpen(
  state: IncidentState,
  problem: OpenProblem,
  nowMs: number,
  { group, reminder }: { readonly group?: string | undefined; readonly reminder?: true } = {},
): IncidentState {
  const [numbered, id] = nextId(state);
  const message: AlertMessage = {
    id,
    key: problem.key,
    type: problem.type,
    state: 'open',
    ...(reminder && { reminder }),
    ...(problem.flapping && { flapping: problem.flapping }),
    sinceMs: problem.sinceMs,
    facts: problem.facts,
    queuedMs: nowMs,
  };
  if (group !== undefined) return { ...numbered, claims: [...numbered.claims, { group, message }] };
  return enqueue(numbered, message, (queue) =>
    // A reminder of what was not told yet would be the second message about it.
    reminder && waiting(queue, problem.key) ? queue : [...without(queue, problem.key), message],
  );
}

/** Tells that a problem is over, in the channels that know of it. */
export function tellResolved(
  state: IncidentState,
  problem: OpenProblem,
  resolvedMs: number,
  nowMs: number,
  { group, facts = {} }: { readonly group?: string | undefined; readonly facts?: AlertFacts } = {},
): IncidentState {
  const [numbered, id] = nextId(state);
  const message: AlertMessage = {
    id,
    key: problem.key,
    type: resolvedType(problem.type),
    state: 'resolved',
    sinceMs: problem.sinceMs,
    resolvedMs,
    facts: { ...problem.facts, ...facts },
    queuedMs: nowMs,
  };
  if (group !== undefined) return { ...numbered, claims: [...numbered.claims, { group, message }] };
  const silenced = Object.entries(numbered.queues).filter(([, queue]) =>
    isSilenced(waiting(queue, problem.key)),
  );
  const told = enqueue(numbered, message, (queue) => {
    const open = waiting(queue, problem.key);
    if (open === undefined) return [...queue, message];
    const others = without(queue, problem.key);
    if (isSilenced(open)) return others;
    return [...others, { ...message, type: open.type, merged: true, facts: { ...open.facts, ...facts } }];
  });
  return silenced.reduce(
    (next, [channel]) =>
      recordDelivery(next, {
        ...recordOf(message, channel, nowMs),
        outcome: 'dropped',
        why: 'over while silenced',
      }),
    told,
  );
}

/** Takes what was not delivered yet of a problem out of all queues. */
export function withdraw(state: IncidentState, key: string): IncidentState {
  const queues = Object.entries(state.queues).map(
    ([channel, queue]) => [channel, without(queue, key)] as const,
  );
  return { ...state, queues: Object.fromEntries(queues) };
}

/** The message that the channel is to send now. */
export function nextMessage(state: IncidentState, channel: string, nowMs: number): QueuedMessage | undefined {
  return (state.queues[channel] ?? []).find(({ notBeforeMs = 0 }) => notBeforeMs <= nowMs);
}

/** Whether the message still waits for the channel. */
export function isQueued(state: IncidentState, channel: string, id: string): boolean {
  return (state.queues[channel] ?? []).some((message) => message.id === id);
}

/** When the next message that a silence holds back may be tried again; `Infinity` if there is none. */
export function nextAttemptMs({ queues }: IncidentState, nowMs: number): number {
  const times = Object.values(queues).flatMap((queue) => queue.map(({ notBeforeMs = 0 }) => notBeforeMs));
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((ms) => ms > nowMs));
}

/** Takes note of what became of a message. */
export function settle(
  state: IncidentState,
  channel: string,
  message: AlertMessage,
  outcome: DeliveryOutcome,
  nowMs: number,
): IncidentState {
  const queue = state.queues[channel] ?? [];
  const touched = { ...state, touchedMs: nowMs };
  const record = recordOf(message, channel, nowMs);
  if (outcome.status === 'silenced') {
    const recorded = recordDelivery(touched, { ...record, outcome: 'silenced', why: outcome.reason });
    // A reminder, and what is over, need not be told once the silence has ended.
    const isKept = message.state === 'open' && !message.reminder;
    const next = queue.flatMap((one) => {
      if (one.id !== message.id) return [one];
      return isKept ? [{ ...one, notBeforeMs: outcome.untilMs }] : [];
    });
    return withQueue(recorded, channel, next);
  }
  const recorded = recordDelivery(touched, {
    ...record,
    outcome: outcome.status,
    ...(outcome.status === 'refused' && { why: outcome.why }),
  });
  const left = queue.flatMap((one) => {
    if (one.id === message.id) return [];
    // It was delivered although its problem had been resolved meanwhile.
    const isOtherHalf = one.merged && one.key === message.key && outcome.status === 'delivered';
    return isOtherHalf ? [unmerged(one)] : [one];
  });
  return withQueue(recorded, channel, left);
}

/** Takes note of a group's answer: it tells the message, or the incident tells it by itself. */
export function settleClaim(state: IncidentState, isTaken: boolean, nowMs: number): IncidentState {
  const [claim, ...claims] = state.claims;
  const left = { ...state, claims };
  if (claim === undefined || claim.message === null) return left;
  const { message, group } = claim;
  return isTaken
    ? recordDelivery(left, { ...recordOf(message, group, nowMs), outcome: 'grouped' })
    : enqueue(left, message, (queue) => [...queue, message]);
}

function unmerged({ merged: _, ...message }: QueuedMessage): QueuedMessage {
  return { ...message, type: resolvedType(message.type) };
}

/** A failure is resolved by a recovery; what else is over keeps its name. */
function resolvedType(type: AlertType): AlertType {
  return type === 'job.failed' || type === 'job.failing' ? 'job.recovered' : type;
}

function nextId(state: IncidentState): [IncidentState, string] {
  const sequence = state.sequence + 1;
  return [{ ...state, sequence }, `${state.idPrefix}_${sequence}`];
}

function enqueue(
  state: IncidentState,
  message: AlertMessage,
  put: (queue: readonly QueuedMessage[]) => readonly QueuedMessage[],
): IncidentState {
  // A channel that the rule has dropped still learns the end of what it was told.
  const knowing = message.state === 'resolved' ? Object.keys(state.queues) : [];
  const channels = new Set([...state.handling.to, ...knowing]);
  const queues = Array.from(channels, (channel) => [channel, put(state.queues[channel] ?? [])] as const);
  return { ...state, queues: { ...state.queues, ...Object.fromEntries(queues) } };
}

function withQueue(state: IncidentState, channel: string, queue: readonly QueuedMessage[]): IncidentState {
  return { ...state, queues: { ...state.queues, [channel]: queue } };
}

/** What has not been delivered about an open problem. */
function waiting(queue: readonly QueuedMessage[], key: string): QueuedMessage | undefined {
  return queue.find((message) => message.key === key && message.state === 'open' && !message.reminder);
}

function without(queue: readonly QueuedMessage[], key: string): readonly QueuedMessage[] {
  return queue.filter((message) => message.key !== key || message.state !== 'open');
}

function isSilenced(message: QueuedMessage | undefined): boolean {
  return message?.notBeforeMs !== undefined;
}

function recordOf(message: AlertMessage, channel: string, atMs: number) {
  const { id, type, state } = message;
  return { id, channel, type, state, atMs };
}
