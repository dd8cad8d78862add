/**
 * The activity that watches: polls every few seconds, heartbeats its cursor, and signals changes of the
 * report to the watcher's workflow.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { JobWatch } from '../watch/job-watch';
import type { ServerClock } from '../watch/server-clock';
import type { WatchCursor, WatchReport, WatchRequest, WatchResult } from '../workflows/watcher-messages';

/** Dependencies of the watching activity. */
export interface Watching {
  readonly pollIntervalMs: number;
  readonly clock: ServerClock;
  /** Returns the latest time that the server shows of the watcher's activity, in milliseconds since 1970. */
  readonly lastSeenMs: () => Promise<number>;
  readonly createWatch: (sinceMs: number, cursor: WatchCursor | undefined) => JobWatch;
  /** Called after a successful poll. */
  readonly polled: () => void;
  /** Called after a failed poll. */
  readonly failed: (error: unknown) => void;
  /** Signals the report to the watcher's workflow. */
  readonly report: (report: WatchReport) => Promise<void>;
}

const HEARTBEAT_MS = 5_000;
const REPORT_AGAIN_MS = 60_000;
const LAGGING_MS = 60_000;

/** Creates the activity `jobAlertsWatch`. */
export function createWatchActivity(watching: Watching): (request: WatchRequest) => Promise<WatchResult> {
  let last: { readonly watch: JobWatch; readonly cursor: string } | undefined;
  const reporter = new Reporter(watching.report);
  const { clock, pollIntervalMs } = watching;

  return async ({ sinceMs, untilMs, cursor: carried }) => {
    const context = Context.current();
    // The time at which this attempt was scheduled may be long ago, if no process was there; it has just started.
    clock.set(Math.max(context.info.currentAttemptScheduledTimestampMs, await watching.lastSeenMs()));
    const cursor: WatchCursor | undefined = context.info.heartbeatDetails ?? carried;
    // In the same process, the watcher's next run continues with the state in memory.
    const kept = last?.cursor === JSON.stringify(cursor) ? last?.watch : undefined;
    const watch = kept ?? watching.createWatch(sinceMs, cursor);
    const beat = setInterval(() => context.heartbeat(watch.cursor), HEARTBEAT_MS);
    try {
      while (clock.now() < untilMs) {
        const startedMs = performance.now();
        await watch.poll().then(watching.polled, watching.failed);
        reporter.changed(watch.report());
        context.heartbeat(watch.cursor);
        await context.sleep(Math.max(0, startedMs + pollIntervalMs - performance.now()));
      }
      last = { watch, cursor: JSON.stringify(watch.cursor) };
      return { cursor: watch.cursor, report: watch.report() };
    } catch (error) {
      if (!context.cancellationDetails?.workerShutdown) throw error;
      // Retried by another process, or by this one after a restart. Benign, so that the SDK logs no stack.
      throw ApplicationFailure.create({
        message: 'the watching process has stopped',
        type: 'WatcherStopped',
        category: ApplicationFailureCategory.BENIGN,
      });
    } finally {
      clearInterval(beat);
    }
  };
}

/** Signals the report when something in it has changed that operators need to see, at most once a minute. */
class Reporter {
  readonly #report: Watching['report'];
  #reported = '';
  #reportedMs = 0;

  constructor(report: Watching['report']) {
    this.#report = report;
  }

  changed(report: WatchReport): void {
    const { atMs, lagMs, jobsInTrouble: _, withoutUsual: __, ...shown } = report;
    const text = JSON.stringify({ ...shown, isLagging: lagMs > LAGGING_MS });
    if (text === this.#reported || atMs - this.#reportedMs < REPORT_AGAIN_MS) return;
    this.#reported = text;
    this.#reportedMs = atMs;
    this.#report(report).catch(() => {
      this.#reported = '';
    });
  }
}
