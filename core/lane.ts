/**
 * Gray releases: which runs go into a lane, a share of them, fixed by what names the run.
 *
 * Pure. The draw is a hash of the lane and the run's key (a TraceId, say), not the key's own digits: sampling goes by
 * those, and runs in a lane must be recorded as often as any. A larger share keeps the runs of a smaller one.
 */

/** A lane, and how many runs go into it. */
export interface LaneShare {
  readonly name: string;
  /** Share of the runs, 0 to 1. @default 1 */
  readonly share?: number;
}

/** What {@link isLaneName} asks for: letters, digits and what no header, URL or log needs to quote. */
export const LANE_NAME = 'a name of at most 64 letters, digits, dots, dashes and underscores';
const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function isLaneName(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value);
}

/** Whether the run with this key is among the share of runs in the lane. */
export function isInLane(key: string, { name, share = 1 }: LaneShare): boolean {
  return draw(`${name} ${key}`) < share;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 0 to below 1: FNV-1a with the finalizer of MurmurHash3, since FNV alone leaves the first bits uneven. */
function draw(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
