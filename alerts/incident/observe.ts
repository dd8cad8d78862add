/**
 * What an incident makes of what watchers have seen: each problem is told once, and its end once.
 *
 * Sandbox code; pure. Observations may come twice, late, and from two watchers.
 */
import { observeFailed, observeFailing, observeSucceeded } from './failures';
import type { Observation, Observations } from './observation';
import { tellOpen, tellResolved } from './outbox';
import { type IncidentState, LINGER_MS, type OpenProblem } from './state';

/** Beyond it the oldest is forgotten. */
const MAX_ENDED = 1_000;

type Raised = Extract<Observation, { kind: 'raised' }>;

/** Takes note of what a watcher has seen. */
export function observe(
  state: IncidentState,
  { handling, seen, group }: Observations,
  nowMs: number,
): IncidentState {
  const before: IncidentState = { ...state, handling, touchedMs: nowMs };
  const after = seen.reduce((next, observation) => observeOne(next, observation, nowMs, group), before);
  // The group waits for an answer of each member.
  const isSilent = group !== undefined && after.claims.length === before.claims.length;
  return isSilent ? { ...after, claims: [...after.claims, { group, message: null }] } : after;
}

/** Tells open problems again whose time has come. */
export function remind(state: IncidentState, nowMs: number): IncidentState {
  let next = state;
  for (const problem of state.problems.filter(({ remindAtMs }) => remindAtMs <= nowMs)) {
    const later = { ...problem, remindAtMs: nowMs + next.handling.remindEveryMs };
    const problems = next.problems.map((one) => (one === problem ? later : one));
    next = tellOpen({ ...next, problems }, later, nowMs, { reminder: true });
  }
  return next;
}

/** When the next reminder is due; `Infinity` if nothing is open. */
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
      return overdueIsOver(observeSucceeded(state, observation, nowMs, group), observation.atMs, nowMs);
    case 'raised':
      return raised(state, observation, nowMs, group);
    case 'cleared':
      return cleared(state, observation, nowMs, group);
    case 'test':
      return sample(state, nowMs);
  }
}

function raised(state: IncidentState, seen: Raised, nowMs: number, group: string | undefined): IncidentState {
  const { type, key, atMs, endedMs, facts } = seen;
  const isOver = state.ended.some(([id, overMs]) => id === key && overMs >= atMs);
  const isKnown = isOver || state.problems.some((problem) => problem.key === key);
  // The failure tells what became of the run.
  const isFailed = type === 'job.slow' && state.failures.counted.some(([id]) => id === facts.run?.runId);
  if (isKnown || isFailed) return state;
  const problem = { key, type, sinceMs: atMs, facts, remindAtMs: nowMs + state.handling.remindEveryMs };
  if (endedMs === undefined) {
    return tellOpen({ ...state, problems: [...state.problems, problem] }, problem, nowMs, { group });
  }
  const told = tellOpen(state, problem, nowMs);
  return tellResolved(ended(told, key, endedMs), problem, endedMs, nowMs);
}

function cleared(
  state: IncidentState,
  { key, atMs, facts = {} }: Extract<Observation, { kind: 'cleared' }>,
  nowMs: number,
  group?: string,
): IncidentState {
  const problem = state.problems.find((one) => one.key === key);
  if (problem === undefined) return state;
  const problems = state.problems.filter((one) => one !== problem);
  return tellResolved(ended({ ...state, problems }, key, atMs), problem, atMs, nowMs, { group, facts });
}

/** A success ends what was overdue for want of it. */
function overdueIsOver(state: IncidentState, atMs: number, nowMs: number): IncidentState {
  const overdue = state.problems.filter(
    ({ type, facts }) => type === 'job.overdue' && (facts.lastSuccessMs ?? 0) < atMs,
  );
  return overdue.reduce((next, { key }) => cleared(next, { kind: 'cleared', key, atMs }, nowMs), state);
}

/** A sample that passes through everything that an alert passes through. */
function sample(state: IncidentState, nowMs: number): IncidentState {
  const problem: OpenProblem = {
    key: 'test',
    type: 'watcher.test',
    sinceMs: nowMs,
    facts: {},
    remindAtMs: nowMs + LINGER_MS,
  };
  return tellOpen(state, problem, nowMs);
}

function ended(state: IncidentState, key: string, atMs: number): IncidentState {
  return { ...state, ended: [...state.ended, [key, atMs] as const].slice(-MAX_ENDED) };
}
