/**
 * Compares a run with usual ones, path by path. Pure.
 */
import { type PathTime, type Profile, pathKey } from './profile';

/** One path, in this run and usually. The differences of all paths add up to the difference of the runs. */
export interface PathDifference {
  readonly path: readonly string[];
  readonly nowMs: number;
  /** Mean of the usual runs, in milliseconds; 0 for a new path. */
  readonly usualMs: number;
  readonly differenceMs: number;
  /** Share of the difference between the runs, as in 0.97. */
  readonly share: number;
  readonly calls: number;
  readonly usualCalls: number;
  readonly errors: number;
  readonly usualLongestMs: number;
  /** Whether none of the usual runs has the path. */
  readonly isNew: boolean;
  /**
   * Whether all usual runs have the path, but this run does not; its usual time then counts to its nearest
   * existing parent.
   */
  readonly isGone: boolean;
}

/** A run compared with usual ones. */
export interface Comparison {
  readonly totalMs: number;
  readonly usualMs: number;
  /** Source of the paths: spans only if all runs have them. */
  readonly from: Profile['from'];
  /** Paths by size of the difference, the missing ones last. */
  readonly paths: readonly PathDifference[];
}

interface Draft {
  readonly path: readonly string[];
  now: PathTime | undefined;
  usualMs: number;
  usualCalls: number;
  usualLongestMs: number;
  seenIn: number;
}

/**
 * Compares a profile with those of usual runs.
 *
 * @param usual profiles of the usual runs, at least one
 */
export function compare(now: Profile, usual: readonly Profile[]): Comparison {
  const from = [now, ...usual].every((profile) => profile.from === 'spans') ? 'spans' : 'history';
  const nowPaths = from === 'spans' ? now.paths : knownPaths(now);
  const drafts = new Map<string, Draft>();
  for (const path of nowPaths) draftOf(drafts, path.path).now = path;
  for (const profile of usual) {
    for (const each of from === 'spans' ? profile.paths : knownPaths(profile)) {
      const draft = draftOf(drafts, each.path);
      draft.usualMs += each.ms / usual.length;
      draft.usualCalls += each.calls / usual.length;
      draft.usualLongestMs += each.longestMs / usual.length;
      draft.seenIn++;
    }
  }
  const gone = countGoneToParents(drafts, usual.length);
  const usualMs = usual.reduce((sum, { totalMs }) => sum + totalMs, 0) / usual.length;
  const paths = [...drafts.values()].map((draft) => differenceOf(draft, gone, now.totalMs - usualMs));
  paths.sort((a, b) => Number(a.isGone) - Number(b.isGone) || sizeOf(b) - sizeOf(a));
  return { totalMs: now.totalMs, usualMs, from, paths };
}

function sizeOf({ differenceMs, isGone, usualMs }: PathDifference): number {
  return isGone ? usualMs : Math.abs(differenceMs);
}

function draftOf(drafts: Map<string, Draft>, path: readonly string[]): Draft {
  const key = pathKey(path);
  let draft = drafts.get(key);
  if (!draft) {
    draft = { path, now: undefined, usualMs: 0, usualCalls: 0, usualLongestMs: 0, seenIn: 0 };
    drafts.set(key, draft);
  }
  return draft;
}

/** Returns the paths that the history alone would give. */
function knownPaths({ paths }: Profile): PathTime[] {
  const known = new Map<string, PathTime>();
  for (const each of paths) {
    const isKnown = each.known >= each.path.length;
    const path = each.path.slice(0, Math.max(1, each.known));
    const key = pathKey(path);
    const before = known.get(key) ?? { path, ms: 0, calls: 0, errors: 0, longestMs: 0, known: path.length };
    known.set(key, {
      ...before,
      ms: before.ms + each.ms,
      calls: before.calls + (isKnown ? each.calls : 0),
      errors: before.errors + (isKnown ? each.errors : 0),
      longestMs: Math.max(before.longestMs, isKnown ? each.longestMs : 0),
    });
  }
  return [...known.values()];
}

/**
 * Moves the usual time of missing paths to their nearest existing parent, whose time now includes theirs:
 * spans were lost, or a call is no longer made. Returns the original usual times.
 */
function countGoneToParents(drafts: ReadonlyMap<string, Draft>, runs: number): Map<Draft, number> {
  const gone = new Map<Draft, number>();
  const deepFirst = [...drafts.values()].sort((a, b) => b.path.length - a.path.length);
  for (const draft of deepFirst) {
    if (draft.now || draft.seenIn < runs || draft.path.length < 2) continue;
    gone.set(draft, draft.usualMs);
    for (let depth = draft.path.length - 1; depth > 0; depth--) {
      const above = drafts.get(pathKey(draft.path.slice(0, depth)));
      if (!above?.now) continue;
      above.usualMs += draft.usualMs;
      draft.usualMs = 0;
      break;
    }
  }
  return gone;
}

function differenceOf(
  draft: Draft,
  gone: ReadonlyMap<Draft, number>,
  totalDifferenceMs: number,
): PathDifference {
  const { path, now, usualMs, usualCalls, usualLongestMs, seenIn } = draft;
  const nowMs = now?.ms ?? 0;
  const goneMs = gone.get(draft);
  const differenceMs = goneMs === undefined ? nowMs - usualMs : -usualMs;
  return {
    path,
    nowMs,
    usualMs: goneMs ?? usualMs,
    differenceMs,
    share: totalDifferenceMs === 0 ? 0 : differenceMs / totalDifferenceMs,
    calls: now?.calls ?? 0,
    usualCalls,
    errors: now?.errors ?? 0,
    usualLongestMs,
    isNew: seenIn === 0,
    isGone: goneMs !== undefined,
  };
}
