/**
 * The server's clock, by which runs close and are due. The process's own clock may be wrong, and may be set while the
 * process watches.
 */
import { optionalTsToMs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';

type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

/** A clock that goes on by itself from the last time to which it was set, and never jumps in between. */
export class ServerClock {
  #aheadMs = performance.timeOrigin;

  /** Sets the clock. @param ms the server's time, in milliseconds since 1970 */
  set(ms: number): void {
    this.#aheadMs = ms - performance.now();
  }

  /** Returns the server's time, in milliseconds since 1970. */
  readonly now = (): number => performance.now() + this.#aheadMs;
}

/**
 * Returns the latest time at which the server started an activity of a described run, or got a heartbeat of it, in
 * milliseconds since 1970; 0 if no activity is pending.
 */
export function lastSeenMs({ pendingActivities }: Description): number {
  const times = (pendingActivities ?? []).flatMap(({ lastStartedTime, lastHeartbeatTime }) => [
    optionalTsToMs(lastStartedTime) ?? 0,
    optionalTsToMs(lastHeartbeatTime) ?? 0,
  ]);
  return Math.max(0, ...times);
}
