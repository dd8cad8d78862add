/**
 * Failures and recoveries of a job: each run is counted once, a streak of failures is reported once, and so
 * is its end. A job that keeps failing and recovering is flapping.
 *
 * Sandbox code; pure. Observations may arrive twice, late and in any order.
 */
import type { Observation } from './observation';
import { queueOpen, queueResolved, withdraw } from './outbox';
import { type FailureState, type IncidentState, LINGER_MS, type OpenProblem } from './state';

/** Key of the problem that stands for all failures of a job. */
const FAILURE_KEY = 'failure';

/** Number of failure–recovery cycles within {@link FLAPPING_MS} from which on a job is flapping. */
const FLAPPING_CYCLES = 3;
const FLAPPING_MS = LINGER_MS;
/** Number of consecutive successes that end the flapping. */
const STEADY_SUCCESSES = 3;
/**
 * Maximum number of runs that are remembered; beyond it the oldest is forgotten, and later observations that are no
 * younger are ignored.
 */
const MAX_COUNTED = 1_000;

type Seen<K extends Observation['kind']> = Extract<Observation, { kind: K }>;

/** Returns the state after a run failed for good. */
export function observeFailed(
  state: IncidentState,
  { runId, atMs, facts }: Seen<'failed'>,
  nowMs: number,
  group?: string,
): IncidentState {
  const counted = countOnce(state.failures, runId, atMs);
  if (counted === undefined) return state;
  // A success that arrived earlier may be younger; then this failure is already over.
  const isOver = atMs < counted.lastSuccessMs;
  const failures: FailureState = {
    ...counted,
    streak: counted.streak + 1,
    successes: isOver ? counted.successes : 0,
    lastFailureMs: Math.max(counted.lastFailureMs, atMs),
  };
  const next = { ...state, failures };
  const { on, after } = state.handling;
  const isDue = on.includes('failed') && failures.streak >= after;
  const isQuiet = failures.told === 'failed' || failures.flapping;
  const details = { ...facts, failures: failures.streak };
  const reported =
    isDue && !isQuiet ? openFailure(next, 'failed', atMs, details, nowMs, isOver ? undefined : group) : next;
  return isOver
    ? recover(reported, failures.lastSuccessMs, nowMs)
    : withFailureCount(reported, failures.streak);
}

/** Returns the state after a run failed repeatedly and is still retried. */
export function observeFailing(
  state: IncidentState,
  { chain, atMs, facts }: Seen<'failing'>,
  nowMs: number,
  group?: string,
): IncidentState {
  const counted = countOnce(state.failures, chain, atMs);
  if (counted === undefined) return state;
  const next = { ...state, failures: counted };
  const isQuiet = counted.told !== undefined || counted.flapping;
  return state.handling.on.includes('failing') && !isQuiet
    ? openFailure(next, 'failing', atMs, facts, nowMs, group)
    : next;
}

/** Returns the state after a run completed. */
export function observeSucceeded(
  state: IncidentState,
  { runId, atMs, facts }: Seen<'succeeded'>,
  nowMs: number,
  group?: string,
): IncidentState {
  const counted = countOnce(state.failures, runId, atMs);
  if (counted === undefined) return state;
  const lastSuccessMs = Math.max(counted.lastSuccessMs, atMs);
  // This run closed before the last failure.
  const isOld = atMs <= counted.lastFailureMs;
  const successes = isOld ? counted.successes : counted.successes + 1;
  const next = { ...state, failures: { ...counted, lastSuccessMs, successes } };
  if (isOld) return next;
  const needed = counted.flapping ? STEADY_SUCCESSES : state.handling.recoverAfter;
  if (successes < needed) return next;
  return recover(next, atMs, nowMs, { group, facts });
}

/** Ends the streak, and reports the recovery if the failure was reported. */
function recover(
  state: IncidentState,
  atMs: number,
  nowMs: number,
  how: Parameters<typeof queueResolved>[4] = {},
): IncidentState {
  const { told: _, ...failures } = { ...state.failures, streak: 0 };
  const problem = state.problems.find(({ key }) => key === FAILURE_KEY);
  if (problem === undefined) return { ...state, failures };
  if (failures.flapping) return resolve({ ...state, failures: { ...failures, flapping: false, cycles: [] } });
  const cycles = [...failures.cycles, atMs].filter((ms) => ms > atMs - FLAPPING_MS);
  if (cycles.length < FLAPPING_CYCLES) return resolve({ ...state, failures: { ...failures, cycles } });
  const flapping: OpenProblem = {
    ...problem,
    flapping: true,
    remindAtMs: nowMs + state.handling.remindEveryMs,
  };
  const steady = { ...failures, cycles, flapping: true, successes: 0 };
  return queueOpen({ ...withProblem(state, flapping), failures: steady }, flapping, nowMs);

  function resolve(next: IncidentState): IncidentState {
    const problems = next.problems.filter(({ key }) => key !== FAILURE_KEY);
    const closed = { ...next, problems };
    if (problem === undefined) return closed;
    return state.handling.on.includes('recovered')
      ? queueResolved(closed, problem, atMs, nowMs, how)
      : withdraw(closed, FAILURE_KEY);
  }
}

function openFailure(
  state: IncidentState,
  told: 'failed' | 'failing',
  atMs: number,
  facts: OpenProblem['facts'],
  nowMs: number,
  group: string | undefined,
): IncidentState {
  const problem: OpenProblem = {
    key: FAILURE_KEY,
    type: `job.${told}`,
    sinceMs: state.problems.find(({ key }) => key === FAILURE_KEY)?.sinceMs ?? atMs,
    facts,
    remindAtMs: nowMs + state.handling.remindEveryMs,
  };
  const next = withProblem(state, problem);
  return queueOpen({ ...next, failures: { ...next.failures, told } }, problem, nowMs, { group });
}

/** Updates the number of failures in the open problem. */
function withFailureCount(state: IncidentState, streak: number): IncidentState {
  const problem = state.problems.find(({ key }) => key === FAILURE_KEY);
  if (problem?.type !== 'job.failed') return state;
  return withProblem(state, { ...problem, facts: { ...problem.facts, failures: streak } });
}

function withProblem(state: IncidentState, problem: OpenProblem): IncidentState {
  const others = state.problems.filter(({ key }) => key !== problem.key);
  return { ...state, problems: [...others, problem] };
}

/** Counts a run or a chain of attempts; returns `undefined` if it was counted before. */
function countOnce(failures: FailureState, id: string, atMs: number): FailureState | undefined {
  if (atMs <= failures.forgottenMs || failures.counted.some(([known]) => known === id)) return undefined;
  const counted = [...failures.counted, [id, atMs] as const].sort(([, a], [, b]) => a - b);
  const forgotten = counted.length > MAX_COUNTED ? counted[0] : undefined;
  return {
    ...failures,
    counted: forgotten ? counted.slice(1) : counted,
    forgottenMs: forgotten?.[1] ?? failures.forgottenMs,
  };
}
