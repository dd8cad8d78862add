/**
 * Whether an activity was cancelled on request.
 *
 * Host code. The server answers a heartbeat with "not found" both when the run is over (cancelled,
 * terminated, completed without its activity) and when the activity has timed out. The elapsed times
 * distinguish the two.
 */
import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';

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
    return isCancellation && this.#isAskedFor() ? 'CancelledFailure' : undefined;
  }

  #isAskedFor(): boolean {
    const { cancellationDetails: details } = this.#activity;
    if (!details || this.#cancelledMs === undefined) return false;
    const { cancelRequested, paused, reset, notFound } = details;
    return cancelRequested || paused || reset || (notFound && !this.#isTimedOut(this.#cancelledMs));
  }

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

  /** The SDK has no interceptor for heartbeats. */
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
