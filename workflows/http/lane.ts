/**
 * Which runs go into the lane of a gray release: a share of them, fixed by the run's TraceId.
 *
 * Pure. The draw is a hash of TraceId and lane, not the TraceId's own digits: sampling goes by those, and runs in
 * a lane must be recorded as often as any. A larger share keeps the runs of a smaller one.
 */
import type { LaneRoute } from './types';

/** Whether the run with this TraceId is among the share of runs in the lane. */
export function isInLane(traceId: string, { name, share = 1 }: LaneRoute): boolean {
  return draw(`${name} ${traceId}`) < share;
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
