/**
 * Whether an activity was cancelled because somebody asked for it.
 *
 * Host code. The server answers a heartbeat with "not found" both when the run is over (cancelled, terminated, completed
 * without its activity) and when it has given the activity up for a time-out. The times tell which.
 */
import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';

export class ActivityCancellation {
  readonly #activity: Context;
  readonly #startedMs = Date.now();
  #cancelledMs: number | undefined;
  #heartbeatMs = this.#startedMs;
  /** Longest time without a heartbeat. */
  #longestGapMs = 0;

  /** To be made as the activity starts. */
  constructor(activity: Context) {
    this.#activity = activity;
    const { cancellationSignal, info } = activity;
    const onAbort = () => {
      this.#cancelledMs = Date.now();
    };
    cancellationSignal.addEventListener('abort', onAbort, { once: true });
    if (info.heartbeatTimeoutMs) this.#watchHeartbeats();
  }

  /** Names a cancellation that was asked for: by a request, by pausing or resetting the activity, by the end of the run. */
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
