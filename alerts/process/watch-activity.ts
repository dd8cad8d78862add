/**
 * The activity that watches: looks every few seconds, heartbeats where it has got to, and tells `status` what has changed.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { JobWatch } from '../watch/job-watch';
import type { WatchCursor, WatchReport, WatchRequest, WatchResult } from '../workflows/watcher-messages';

/** What watching needs. */
export interface Watching {
  readonly pollIntervalMs: number;
  readonly createWatch: (sinceMs: number, cursor: WatchCursor | undefined) => JobWatch;
  /** A look has succeeded. */
  readonly looked: () => void;
  /** A look has failed. */
  readonly failed: (error: unknown) => void;
  /** Tells the watcher's workflow. */
  readonly report: (report: WatchReport) => Promise<void>;
}

const HEARTBEAT_MS = 5_000;
const REPORT_AGAIN_MS = 60_000;
const LAGGING_MS = 60_000;

/** @returns the activity `jobAlertsWatch` */
export function createWatchActivity(watching: Watching): (request: WatchRequest) => Promise<WatchResult> {
  let last: { readonly watch: JobWatch; readonly cursor: string } | undefined;
  const reporter = new Reporter(watching.report);

  return async ({ sinceMs, untilMs, cursor: carried }) => {
    const context = Context.current();
    const cursor: WatchCursor | undefined = context.info.heartbeatDetails ?? carried;
    // The watcher's next run goes on in the same process with what is in memory here.
    const isSame = last !== undefined && last.cursor === JSON.stringify(cursor);
    const watch = isSame && last ? last.watch : watching.createWatch(sinceMs, cursor);
    const beat = setInterval(() => context.heartbeat(watch.cursor), HEARTBEAT_MS);
    try {
      while (Date.now() < untilMs) {
        const startedMs = Date.now();
        await watch.look().then(watching.looked, watching.failed);
        reporter.changed(watch.report());
        context.heartbeat(watch.cursor);
        await context.sleep(Math.max(0, startedMs + watching.pollIntervalMs - Date.now()));
      }
      last = { watch, cursor: JSON.stringify(watch.cursor) };
      return { cursor: watch.cursor, report: watch.report() };
    } catch (error) {
      if (context.cancellationDetails?.workerShutdown)
        throw ApplicationFailure.retryable('the process that watched has stopped', 'WatcherStopped');
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
}

/** Reports when something has changed that an operator must know, at most once a minute. */
class Reporter {
  readonly #report: Watching['report'];
  #reported = '';
  #reportedMs = 0;

  constructor(report: Watching['report']) {
    this.#report = report;
  }

  changed(report: WatchReport): void {
    const { atMs, lagMs, jobsInTrouble: _, withoutUsual: __, ...told } = report;
    const text = JSON.stringify({ ...told, isLagging: lagMs > LAGGING_MS });
    if (text === this.#reported || atMs - this.#reportedMs < REPORT_AGAIN_MS) return;
    this.#reported = text;
    this.#reportedMs = atMs;
    this.#report(report).catch(() => {
      this.#reported = '';
    });
  }
}
