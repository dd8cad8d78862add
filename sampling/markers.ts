/**
 * The family of patch markers that record a run's decision and binding in its history.
 *
 * Pure. The ids are in the histories of users' runs: an id is never renamed or reused. A run asks until one is
 * granted (or knows that none will be), so a history holds one decision, whatever the order was in which it was asked for.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { randomPart, traceIdOfRun } from '../core/trace-id';

/** Why a run is sampled, or is not. */
export type SamplingReason =
  | 'default'
  | 'rule'
  | 'inherited'
  | 'manual'
  | 'signal'
  | 'reservoir'
  | 'after-failure'
  | 'capped';

/** What the history of a run says about it. */
export interface Decision {
  readonly sampled: boolean;
  /** Whether the TraceId and the other search attributes are stored on the run. */
  readonly bound: boolean;
  /** `undefined` for a run that was not sampled by policy, or whose reason is not in the history. */
  readonly reason?: SamplingReason;
}

const PREFIX = 'job-tracing:';

/**
 * Always denied by our host, and asked where nothing else tells that there is one: no {@link hostMark}, and nothing
 * was denied before. True means that no host part answers (a bundle with the plugin on a worker without it): the run
 * is untraced, and this marker alone keeps it so.
 */
export const ABSENT = `${PREFIX}absent`;

/**
 * Asked first where only sampled runs are bound: whether the host would grant any id. Denied, it spares a run
 * that is not sampled all the other asks; granted, its own marker is taken back, so no history holds it.
 */
export const ANY = `${PREFIX}any`;

/**
 * Told to the host before the other ids when the run's first task is tried again: it may have been refused for what it
 * bound. Always denied, so no history holds it.
 */
export const AGAIN = `${PREFIX}again`;

const UNSAMPLED: Decision = { sampled: false, bound: true };
const UNBOUND: Decision = { sampled: true, bound: false };

function sampledFor(...reasons: SamplingReason[]): Record<string, Decision> {
  return Object.fromEntries(reasons.map((reason) => [reason, { sampled: true, bound: true, reason }]));
}

/** What each marker means, by its id without the {@link PREFIX}. */
const MEANINGS = {
  unsampled: UNSAMPLED,
  'inherited-unsampled': { ...UNSAMPLED, reason: 'inherited' },
  capped: { ...UNSAMPLED, reason: 'capped' },
  ...sampledFor('default', 'rule', 'inherited', 'manual', 'signal', 'reservoir', 'after-failure'),
  /** Sampled by policy, but the attributes are not verified in this namespace. */
  unbound: UNBOUND,
  /** The same for a run that knows by itself that it is sampled (forced or inherited). */
  'unbound-given': UNBOUND,
} satisfies Record<string, Decision>;

/** Marker ids and what each means. */
export const DECISIONS: Readonly<Record<string, Decision>> = Object.fromEntries(
  Object.entries(MEANINGS).map(([name, decision]) => [PREFIX + name, decision]),
);

/** What a new run that decides by policy asks for. */
const BY_POLICY = ['default', 'unsampled', 'rule', 'capped', 'reservoir', 'after-failure', 'unbound'];

const GIVEN = ['inherited-unsampled', 'inherited', 'manual', 'signal', 'unbound-given'];

/** Begins {@link hostMark}. */
const HOST = `${PREFIX}host:`;

/** What the host knows beforehand of the answers that it will give. */
export interface HostNotice {
  /** What most runs of the worker are granted. */
  readonly common: 'unsampled' | 'default';
  /**
   * Of a policy that never changes and decides by one ratio, where only sampled runs are bound: a run whose trace id's
   * random part comes before this text is not sampled, and need not ask. Hex digits in lower case without zeros at the
   * end, or `g`, before which all come. Other policies have none.
   */
  readonly below?: string | undefined;
}

/**
 * Name of an activity that nobody calls. Workers with our host part register it, and the sandbox knows the names of its
 * worker's activities: it tells that a host of ours will answer, and what is known beforehand. Each answer is a way
 * across the thread border and back, the dearest part of a decision, and the SDK has no other word for a worker's
 * sandbox. Bundles of other versions do not know the name and ask; what is read here is never in a history.
 */
export function hostMark({ common, below = '' }: HostNotice): string {
  return `${HOST}${below}:${common}`;
}

/** What a new run knows about itself before the policy is asked. */
export type Given =
  | { readonly forced: 'manual' | 'signal' }
  | { readonly inherited: { readonly sampled: boolean } }
  | undefined;

/**
 * The marker ids that a new run asks, in order.
 *
 * @param common what most runs that decide by policy are granted; asked for the second time it costs nothing, since the
 *   SDK remembers what was denied
 */
export function idsToAsk(given: Given, common?: string): readonly string[] {
  return namesToAsk(given, common).map((name) => PREFIX + name);
}

function namesToAsk(given: Given, common: string | undefined): readonly string[] {
  if (!given) return common ? [common, ...BY_POLICY] : BY_POLICY;
  if ('forced' in given) return [given.forced, 'unbound-given'];
  return given.inherited.sampled ? ['inherited', 'unbound-given'] : ['inherited-unsampled'];
}

/** What became of the question for a run's marker. */
export interface Answer {
  /** `undefined`: the run is untraced. */
  readonly decision?: Decision | undefined;
  /** Whether a host part of ours is there; without one nobody can be told anything either. */
  readonly answered: boolean;
}

/**
 * Asks for the marker of a new run.
 *
 * @param isGranted whether the host grants an id, which then is in the history
 * @param activities names of those that the worker has
 */
export function askFor(
  info: WorkflowInfo,
  given: Given,
  bind: 'all' | 'sampled',
  isGranted: (id: string) => boolean,
  activities: ReadonlySet<string>,
): Answer {
  const [, , below = '', common] = [...activities].find((name) => name.startsWith(HOST))?.split(':') ?? [];
  if (bind === 'sampled' && !given && (isLeftOut(info, below) || !isGranted(ANY))) return { answered: true };
  const ids = idsToAsk(given, common);
  const id = ids.find(isGranted);
  // Who has denied an id is our host; who grants the first one may be none at all.
  if (!common && id === ids[0] && isGranted(ABSENT)) return { answered: false };
  return { decision: decisionOf(id), answered: true };
}

/** Whether a run that decides by policy knows by itself that it is not sampled: {@link HostNotice.below}. */
export function isLeftOut(info: WorkflowInfo, below: string): boolean {
  return !followsFailure(info) && randomPart(traceIdOfRun(info.originalExecutionRunId)) < below;
}

/**
 * Whether the run before it in its chain (attempt, tick, schedule) failed: an attempt follows a failed one; a tick or a
 * schedule's action brings the failure of the one before.
 */
export function followsFailure(info: WorkflowInfo): boolean {
  return info.attempt > 1 || !!info.lastFailure;
}

/** Whether the id is asked by a run that knows by itself whether it is sampled, and asks only whether it may bind. */
export function isGiven(id: string): boolean {
  return isMarker(id) && GIVEN.includes(id.slice(PREFIX.length));
}

/** All ids that can be in a history, in order. */
export const RECORDED_IDS: readonly string[] = Object.freeze(Object.keys(DECISIONS));

/** Whether the patch id is one of ours. */
export function isMarker(patchId: string): boolean {
  return patchId.startsWith(PREFIX);
}

/** What a marker means; `undefined` for {@link ABSENT}, {@link ANY}, {@link AGAIN} and ids of a newer version. */
export function decisionOf(id = ''): Decision | undefined {
  return DECISIONS[id];
}

/** Why a run that was not sampled left its root span after all. */
export type KeptReason = 'kept-failed' | 'kept-slow';

/** Asked once at the end of a bound run that was not sampled and failed. */
export const KEPT_FAILED = `${PREFIX}kept-failed`;
/** Asked once at the end of a bound run that was not sampled and took long. */
export const KEPT_SLOW = `${PREFIX}kept-slow`;
