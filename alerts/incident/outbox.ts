/**
 * The outgoing messages of an incident: one ordered queue for each channel. A problem that is resolved before
 * it was delivered becomes one message.
 *
 * Sandbox code; pure.
 */
import type { AlertDetails, AlertMessage, AlertType, DeliveryOutcome } from './message';
import { type IncidentState, type OpenProblem, type QueuedMessage, recordDelivery } from './state';

/** Queues the message that a problem is open, in place of an undelivered one about the same problem. */
export function queueOpen(
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
    // A reminder must not be sent beside the first message about the problem.
    reminder && undelivered(queue, problem.key) ? queue : [...without(queue, problem.key), message],
  );
}

/** Queues the message that a problem is resolved, unless a silence held back its beginning. */
export function queueResolved(
  state: IncidentState,
  problem: OpenProblem,
  resolvedMs: number,
  nowMs: number,
  { group, facts = {} }: { readonly group?: string | undefined; readonly facts?: AlertDetails } = {},
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
  // A group's message could arrive before one that is still queued here.
  const isToldHere = Object.values(numbered.queues).some((queue) => undelivered(queue, problem.key));
  if (group !== undefined && !isToldHere)
    return { ...numbered, claims: [...numbered.claims, { group, message }] };
  const silenced = Object.entries(numbered.queues).filter(([, queue]) =>
    isSilenced(undelivered(queue, problem.key)),
  );
  const queued = enqueue(numbered, message, (queue) => {
    const open = undelivered(queue, problem.key);
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
        why: 'resolved while silenced',
      }),
    queued,
  );
}

/** Removes the undelivered messages about a problem from all queues. */
export function withdraw(state: IncidentState, key: string): IncidentState {
  const queues = Object.entries(state.queues).map(
    ([channel, queue]) => [channel, without(queue, key)] as const,
  );
  return { ...state, queues: Object.fromEntries(queues) };
}

/** Returns the channel's next message; `undefined` if none is due. */
export function nextMessage(state: IncidentState, channel: string, nowMs: number): QueuedMessage | undefined {
  return queueOf(state, channel).find(({ notBeforeMs = 0 }) => notBeforeMs <= nowMs);
}

/** Whether the message is still queued for the channel. */
export function isQueued(state: IncidentState, channel: string, id: string): boolean {
  return queueOf(state, channel).some((message) => message.id === id);
}

/**
 * Returns when the next message that a silence holds back is due, in milliseconds since 1970; `Infinity` if
 * there is none.
 */
export function nextAttemptMs({ queues }: IncidentState, nowMs: number): number {
  const times = Object.values(queues).flatMap((queue) => queue.map(({ notBeforeMs = 0 }) => notBeforeMs));
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((ms) => ms > nowMs));
}

/** Returns the state in which no silence holds a message back; the next delivery looks for silences again. */
export function withoutSilence(state: IncidentState): IncidentState {
  const queues = Object.entries(state.queues).map(([channel, queue]) => {
    const released = queue.map(({ notBeforeMs: _, ...message }) => message);
    return [channel, released] as const;
  });
  return { ...state, queues: Object.fromEntries(queues) };
}

/** Returns the state after a delivery ended. */
export function settle(
  state: IncidentState,
  channel: string,
  message: AlertMessage,
  outcome: DeliveryOutcome,
  nowMs: number,
): IncidentState {
  const queue = queueOf(state, channel);
  const touched = { ...state, touchedMs: nowMs };
  const record = recordOf(message, channel, nowMs);
  if (outcome.status === 'silenced') {
    const recorded = recordDelivery(touched, { ...record, outcome: 'silenced', why: outcome.reason });
    // A reminder, or a problem that is resolved, need not be reported after the silence.
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
    // The opening was delivered after all, so the merged message shrinks to the resolution.
    const isOtherHalf = one.merged && one.key === message.key && outcome.status === 'delivered';
    return isOtherHalf ? [unmerged(one)] : [one];
  });
  return withQueue(recorded, channel, left);
}

/**
 * Returns the state after the group accepted the oldest claim, or did not: then the incident sends the
 * message itself.
 */
export function settleClaim(state: IncidentState, isAccepted: boolean, nowMs: number): IncidentState {
  const [claim, ...claims] = state.claims;
  const left = { ...state, claims };
  if (claim === undefined || claim.message === null) return left;
  const { message, group } = claim;
  return isAccepted
    ? recordDelivery(left, { ...recordOf(message, group, nowMs), outcome: 'grouped' })
    : enqueue(left, message, (queue) => [...queue, message]);
}

function unmerged({ merged: _, ...message }: QueuedMessage): QueuedMessage {
  return { ...message, type: resolvedType(message.type) };
}

/** Returns the type of the message that resolves one: a recovery for failures, else the same type. */
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
  // A channel that was removed from the rule still gets the resolution of what it was sent.
  const earlier = message.state === 'resolved' ? Object.keys(state.queues) : [];
  const channels = new Set([...state.handling.to, ...earlier]);
  const queues = Array.from(channels, (channel) => [channel, put(queueOf(state, channel))] as const);
  return { ...state, queues: { ...state.queues, ...Object.fromEntries(queues) } };
}

/** Returns the channel's queue. A channel may have the name of a member that all objects have. */
function queueOf({ queues }: IncidentState, channel: string): readonly QueuedMessage[] {
  return Object.hasOwn(queues, channel) ? (queues[channel] ?? []) : [];
}

function withQueue(state: IncidentState, channel: string, queue: readonly QueuedMessage[]): IncidentState {
  return { ...state, queues: { ...state.queues, [channel]: queue } };
}

/** Returns the undelivered message that opens the problem, if there is one. */
function undelivered(queue: readonly QueuedMessage[], key: string): QueuedMessage | undefined {
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
