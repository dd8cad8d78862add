/**
 * Determines whether an activity was cancelled on request.
 *
 * Host code. The server responds to a heartbeat with "not found" both when the run is over (cancelled,
 * terminated, completed without its activity) and when the activity has timed out. The elapsed times
 * distinguish the two.
 */
import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';

/** Observes the cancellation and the heartbeats of one activity attempt. */
export class ActivityCancellation {
  readonly #activity: Context;
  readonly #startedMs = Date.now();
  #cancelledMs: number | undefined;
  #heartbeatMs = this.#startedMs;
  /** Longest time without a heartbeat, in milliseconds. */
  #longestGapMs = 0;

  /** @param activity context of an activity that is starting */
  constructor(activity: Context) {
    this.#activity = activity;
    const { cancellationSignal, info } = activity;
    const onAbort = () => {
      this.#cancelledMs = Date.now();
    };
    cancellationSignal.addEventListener('abort', onAbort, { once: true });
    if (info.heartbeatTimeoutMs) this.#watchHeartbeats();
  }

  /**
   * Returns the name of a requested cancellation: by a cancel request, by pausing or resetting the activity,
   * or since the run ended.
   */
  nameOfExpected(error: unknown): string | undefined {
    const isCancellation =
      error instanceof CancelledFailure || (error as Partial<Error>).name === 'AbortError';
    return isCancellation && this.#isRequested() ? 'CancelledFailure' : undefined;
  }

  #isRequested(): boolean {
    const { cancellationDetails: details } = this.#activity;
    if (!details || this.#cancelledMs === undefined) return false;
    const { cancelRequested, paused, reset, notFound } = details;
    return cancelRequested || paused || reset || (notFound && !this.#isTimedOut(this.#cancelledMs));
  }

  /** Whether one of the activity's timeouts had elapsed by that time. */
  #isTimedOut(nowMs: number): boolean {
    const { info } = this.#activity;
    const isOver = (sinceMs: number, limitMs: number | undefined) => !!limitMs && nowMs - sinceMs >= limitMs;
    return (
      isOver(this.#startedMs, info.startToCloseTimeoutMs) ||
      isOver(info.scheduledTimestampMs, info.scheduleToCloseTimeoutMs) ||
      isOver(this.#heartbeatMs, info.heartbeatTimeoutMs) ||
      isOver(nowMs - this.#longestGapMs, info.heartbeatTimeoutMs)
    );
  }

  /** Replaces the context's `heartbeat` by one that notes the times: the SDK has no interceptor for heartbeats. */
  #watchHeartbeats(): void {
    const { heartbeat } = this.#activity;
    const watched: typeof heartbeat = (details) => {
      const nowMs = Date.now();
      this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#heartbeatMs);
      this.#heartbeatMs = nowMs;
      heartbeat(details);
    };
    Object.assign(this.#activity, { heartbeat: watched });
  }
}
