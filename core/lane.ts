/**
 * Gray (canary) releases: chooses the runs in a lane, a share of all runs.
 *
 * Pure. The choice depends on a hash of the lane's name and the run's key (such as its trace ID). It does not
 * depend on the key's own digits, which decide about sampling: runs in a lane must be sampled as often as any
 * other. A larger share contains the runs of a smaller one.
 */
import { fnv1a, mix } from './util/hash';

/** A lane and its share of the runs. */
export interface LaneShare {
  readonly name: string;
  /** Share of the runs, 0 to 1. @default 1 */
  readonly share?: number;
}

/** Description of a valid lane name, for errors: characters that no header, URL or log needs to quote. */
export const LANE_NAME = 'a name of at most 64 letters, digits, dots, dashes and underscores';
const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether the value is a valid lane name, as {@link LANE_NAME} describes it. */
export function isLaneName(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value);
}

/** Whether the run with this key is in the lane. */
export function isInLane(key: string, { name, share = 1 }: LaneShare): boolean {
  return mix(fnv1a(`${name} ${key}`)) / 2 ** 32 < share;
}
