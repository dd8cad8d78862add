/**
 * `jobWatcher`: one for each namespace. Runs one activity that watches for an hour at a time, keeps the
 * silences, and answers the query `status`.
 *
 * Sandbox code. Not traced. Running watchers replay with the next version of this file: a change of its
 * commands goes behind `patched`.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { asInfrastructure } from '../../core/infrastructure';
import type { RefusedSignal } from '../../core/jobs/messages';
import { SILENCES_MEMO, WatcherMessage } from '../names';
import { addSilence, type Silence } from '../silence';
import { jobAlertsTest, jobAlertsWatch } from './activities';
import type {
  CarriedWatcher,
  TestRequest,
  WatchCursor,
  WatcherStatus,
  WatchReport,
} from './watcher-messages';

/** Length of one run of the watcher, in milliseconds; it has 11 history events. */
const RUN_MS = 60 * 60 * 1_000;
const MAX_REFUSALS = 10;

const UNDETECTED = Object.freeze([
  "runs that are not bound (workers without the plugin, or not sampled under bind: 'sampled')",
  'ticks of a plain cron that were skipped while a run or the server blocked them',
]);

type JobWatcher = (carried?: CarriedWatcher) => Promise<void>;

/** Watches the jobs of its namespace, until it is terminated. */
export const jobWatcher: JobWatcher = asInfrastructure(async function jobWatcher(
  carried?: CarriedWatcher,
): Promise<void> {
  const nowMs = Date.now();
  const watcher = new Watcher(carried ?? { sinceMs: nowMs, silences: [], refusals: [] });
  watcher.listen();
  const { sinceMs, cursor } = watcher;
  const result = await jobAlertsWatch({ sinceMs, untilMs: nowMs + RUN_MS, ...(cursor && { cursor }) });
  await condition(allHandlersFinished);
  await continueAsNew<JobWatcher>(watcher.carriedWith(result.cursor, result.report));
});

class Watcher {
  readonly sinceMs: number;
  readonly cursor: WatchCursor | undefined;
  #silences: readonly Silence[];
  #refusals: readonly RefusedSignal[];
  #report: WatchReport | undefined;

  constructor({ sinceMs, silences, refusals, cursor, report }: CarriedWatcher) {
    this.sinceMs = sinceMs;
    this.cursor = cursor;
    this.#silences = silences;
    this.#refusals = refusals;
    this.#report = report;
  }

  listen(): void {
    if (this.#silences.length > 0) this.#show();
    const { silence, test, report, status } = WatcherMessage;
    setHandler(defineQuery<WatcherStatus>(status), () => this.#status());
    setHandler(defineSignal<[unknown]>(silence), (request) => this.#silence(request));
    setHandler(defineSignal<[TestRequest]>(test), (request) => this.#test(request));
    setHandler(defineSignal<[WatchReport]>(report), (found) => {
      this.#report = found;
    });
  }

  carriedWith(cursor: WatchCursor, report: WatchReport): CarriedWatcher {
    const nowMs = Date.now();
    return {
      sinceMs: this.sinceMs,
      silences: this.#silences.filter(({ untilMs }) => untilMs > nowMs),
      refusals: this.#refusals,
      cursor,
      report,
    };
  }

  #silence(request: unknown): void {
    const next = addSilence(this.#silences, request, Date.now());
    if (typeof next === 'string') {
      this.#refuse(WatcherMessage.silence, next);
      return;
    }
    this.#silences = next;
    this.#show();
  }

  async #test(request: TestRequest): Promise<void> {
    const why = await jobAlertsTest(request).catch((error: Error) => error.message);
    if (why !== null) this.#refuse(WatcherMessage.test, why);
  }

  /** Writes the silences into the memo, which deliveries can read without a worker. */
  #show(): void {
    upsertMemo({ [SILENCES_MEMO]: this.#silences });
  }

  #refuse(signal: string, why: string): void {
    const at = new Date().toISOString();
    this.#refusals = [...this.#refusals, { at, signal, why }].slice(-MAX_REFUSALS);
  }

  #status(): WatcherStatus {
    const nowMs = Date.now();
    const silences = this.#silences
      .filter(({ untilMs }) => untilMs > nowMs)
      .map(({ job, untilMs, reason }) => ({ job, until: new Date(untilMs).toISOString(), reason }));
    return {
      since: new Date(this.sinceMs).toISOString(),
      silences,
      refused: this.#refusals,
      heartbeat: heartbeatOf(this.#report),
      ...(this.#report && { watch: watchOf(this.#report) }),
      untold: UNDETECTED,
    };
  }
}

function heartbeatOf(report: WatchReport | undefined): WatcherStatus['heartbeat'] {
  if (report === undefined) return 'unknown';
  return report.hasHeartbeatUrl ? 'called' : 'none: set heartbeatUrl';
}

function watchOf({ atMs, hasHeartbeatUrl: _, ...report }: WatchReport): NonNullable<WatcherStatus['watch']> {
  return { ...report, at: new Date(atMs).toISOString() };
}
