/**
 * Applies observations to an incident's state: each problem is reported once, and so is its end.
 *
 * Sandbox code; pure. Observations may arrive twice, late, and from two watchers.
 */
import { observeFailed, observeFailing, observeSucceeded } from './failures';
import type { Observation, Observations } from './observation';
import { queueOpen, queueResolved, withoutSilence } from './outbox';
import { type IncidentState, LINGER_MS, type OpenProblem } from './state';

/** Most ended problems that are remembered; beyond it the oldest is forgotten. */
const MAX_ENDED = 1_000;

type Raised = Extract<Observation, { kind: 'raised' }>;

/** Returns the state after a watcher's observations. */
export function observe(
  state: IncidentState,
  { handling, seen, group }: Observations,
  nowMs: number,
): IncidentState {
  const before: IncidentState = { ...state, ...(handling && { handling }), touchedMs: nowMs };
  const after = seen.reduce((next, observation) => observeOne(next, observation, nowMs, group), before);
  // The group waits for a reply from each member, so a member without news sends an empty one.
  const isSilent = group !== undefined && after.claims.length === before.claims.length;
  return isSilent ? { ...after, claims: [...after.claims, { group, message: null }] } : after;
}

/** Returns the state with reminders of the open problems for which one is due. */
export function remind(state: IncidentState, nowMs: number): IncidentState {
  let next = state;
  for (const problem of state.problems.filter(({ remindAtMs }) => remindAtMs <= nowMs)) {
    const later = { ...problem, remindAtMs: nowMs + next.handling.remindEveryMs };
    const problems = next.problems.map((one) => (one === problem ? later : one));
    next = queueOpen({ ...next, problems }, later, nowMs, { reminder: true });
  }
  return next;
}

/** Returns when the next reminder is due, in milliseconds since 1970; `Infinity` if no problem is open. */
export function nextReminderMs({ problems }: IncidentState): number {
  return Math.min(Number.POSITIVE_INFINITY, ...problems.map(({ remindAtMs }) => remindAtMs));
}

function observeOne(
  state: IncidentState,
  observation: Observation,
  nowMs: number,
  group: string | undefined,
): IncidentState {
  switch (observation.kind) {
    case 'failed':
      return observeFailed(state, observation, nowMs, group);
    case 'failing':
      return observeFailing(state, observation, nowMs, group);
    case 'succeeded':
      return clearOverdue(observeSucceeded(state, observation, nowMs, group), observation, nowMs, group);
    case 'raised':
      return observeRaised(state, observation, nowMs, group);
    case 'cleared':
      return observeCleared(state, observation, nowMs, group);
    case 'unsilenced':
      return withoutSilence(state);
    case 'test':
      return withTestMessage(state, nowMs);
  }
}

function observeRaised(
  state: IncidentState,
  seen: Raised,
  nowMs: number,
  group: string | undefined,
): IncidentState {
  const { type, key, atMs, endedMs, facts } = seen;
  const isOver = state.ended.some(([id, overMs]) => id === key && overMs >= atMs);
  const isKnown = isOver || state.problems.some((problem) => problem.key === key);
  // The message about the failure replaces the one about slowness.
  const isFailed = type === 'job.slow' && state.failures.counted.some(([id]) => id === facts.run?.runId);
  if (isKnown || isFailed) return state;
  const problem = { key, type, sinceMs: atMs, facts, remindAtMs: nowMs + state.handling.remindEveryMs };
  if (endedMs === undefined) {
    return queueOpen({ ...state, problems: [...state.problems, problem] }, problem, nowMs, { group });
  }
  const opened = withEnded(group === undefined ? queueOpen(state, problem, nowMs) : state, key, endedMs);
  return queueResolved(opened, problem, endedMs, nowMs, { group });
}

function observeCleared(
  state: IncidentState,
  { key, atMs, facts = {} }: Extract<Observation, { kind: 'cleared' }>,
  nowMs: number,
  group?: string,
): IncidentState {
  const problem = state.problems.find((one) => one.key === key);
  if (problem === undefined) return state;
  const problems = state.problems.filter((one) => one !== problem);
  return queueResolved(withEnded({ ...state, problems }, key, atMs), problem, atMs, nowMs, { group, facts });
}

/** Returns the state without the overdue problems that the success ended. */
function clearOverdue(
  state: IncidentState,
  { atMs }: Extract<Observation, { kind: 'succeeded' }>,
  nowMs: number,
  group: string | undefined,
): IncidentState {
  const overdue = state.problems.filter(
    ({ type, facts }) => type === 'job.overdue' && (facts.lastSuccessMs ?? 0) < atMs,
  );
  return overdue.reduce(
    (next, { key }) => observeCleared(next, { kind: 'cleared', key, atMs }, nowMs, group),
    state,
  );
}

/** Returns the state with a test message, which is delivered like any alert. */
function withTestMessage(state: IncidentState, nowMs: number): IncidentState {
  const problem: OpenProblem = {
    key: 'test',
    type: 'watcher.test',
    sinceMs: nowMs,
    facts: {},
    remindAtMs: nowMs + LINGER_MS,
  };
  return queueOpen(state, problem, nowMs);
}

function withEnded(state: IncidentState, key: string, atMs: number): IncidentState {
  return { ...state, ended: [...state.ended, [key, atMs] as const].slice(-MAX_ENDED) };
}
