/**
 * The patch markers that record a run's decision and binding in its history.
 *
 * Pure. The ids are in the histories of users' runs: an id is never renamed or reused. `new-run.ts` chooses the id
 * of a new run.
 */

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

/** The decision recorded in a run's history. */
export interface Decision {
  readonly sampled: boolean;
  /** Whether the TraceId and the other search attributes are stored on the run. */
  readonly bound: boolean;
  /** `undefined` for a run that was not sampled by policy, or whose reason is not in the history. */
  readonly reason?: SamplingReason;
}

/** Prefix of all our marker ids. */
export const MARKER_PREFIX = 'job-tracing:';

/**
 * Id that our host part always denies, so if it is patched, there is no host part (a bundle with the plugin on a
 * worker without it): the run is untraced, and this marker keeps it so on every replay. Tried only if nothing else
 * shows that the host part is there, neither a host hint nor a denied id.
 */
export const ABSENT = `${MARKER_PREFIX}absent`;

/**
 * Id tried first where only sampled runs are bound: the host allows it if it would allow any other id. If it is
 * denied, the run is not sampled and tries no further ids; if it is allowed, the sandbox does not send its marker, so
 * it is in no history.
 */
export const ANY = `${MARKER_PREFIX}any`;

/**
 * Id sent to the host before the others when the run's first task is retried: the server may have rejected the first
 * attempt because of the search attributes. Always denied, so it is in no history.
 */
export const AGAIN = `${MARKER_PREFIX}again`;

const UNSAMPLED: Decision = { sampled: false, bound: true };
const UNBOUND: Decision = { sampled: true, bound: false };

function sampledFor(...reasons: SamplingReason[]): Record<string, Decision> {
  return Object.fromEntries(reasons.map((reason) => [reason, { sampled: true, bound: true, reason }]));
}

/** Decisions by marker id, without the {@link MARKER_PREFIX}. */
const MEANINGS = {
  unsampled: UNSAMPLED,
  'inherited-unsampled': { ...UNSAMPLED, reason: 'inherited' },
  capped: { ...UNSAMPLED, reason: 'capped' },
  ...sampledFor('default', 'rule', 'inherited', 'manual', 'signal', 'reservoir', 'after-failure'),
  /** Sampled by policy, but the attributes are not verified in this namespace. */
  unbound: UNBOUND,
  /**
   * Sampled by a preset decision (forced or inherited), but the attributes are not verified in this
   * namespace.
   */
  'unbound-given': UNBOUND,
} satisfies Record<string, Decision>;

/** Decisions by marker id. */
export const DECISIONS: Readonly<Record<string, Decision>> = Object.fromEntries(
  Object.entries(MEANINGS).map(([name, decision]) => [MARKER_PREFIX + name, decision]),
);

/** All ids that can be in a history, in order. */
export const RECORDED_IDS: readonly string[] = Object.freeze(Object.keys(DECISIONS));

const PRESET = ['inherited-unsampled', 'inherited', 'manual', 'signal', 'unbound-given'];

/** Whether the id belongs to a preset decision: the host decides only whether the run may bind. */
export function isPreset(id: string): boolean {
  return isMarker(id) && PRESET.includes(id.slice(MARKER_PREFIX.length));
}

/** Whether the patch id is one of ours. */
export function isMarker(patchId: string): boolean {
  return patchId.startsWith(MARKER_PREFIX);
}

/**
 * Returns a marker's decision; `undefined` for {@link ABSENT}, {@link ANY}, {@link AGAIN} and ids of a newer
 * version.
 */
export function decisionOf(id = ''): Decision | undefined {
  return DECISIONS[id];
}

/** Why a run that was not sampled exported its root span after all. */
export type KeptReason = 'kept-failed' | 'kept-slow';

/** Id tried once at the end of a bound run that was not sampled and has failed. */
export const KEPT_FAILED = `${MARKER_PREFIX}kept-failed`;
/** Id tried once at the end of a bound run that was not sampled and took long. */
export const KEPT_SLOW = `${MARKER_PREFIX}kept-slow`;
