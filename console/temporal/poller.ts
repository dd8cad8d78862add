/**
 * Sees runs begin, change and end in one namespace: one poller for all pages. Runs that go on are kept in memory, those
 * that ended go to the index; who listens is told ids only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import { boundAttributes } from '../../client/trace-of-execution';
import type { RunsChanged } from '../api/types';
import type { FillCursor, RunIndex, RunSummary } from '../store/index';
import type { TemporalCalls } from './calls';
import { completeSummary } from './closed-runs';
import { type OpenRun, runOfExecution } from './execution';
import { Fill } from './fill';
import { type Listed, listExecutions } from './list';
import { closedRunsQuery, openRunsQuery, type Without } from './queries';
import { describeRun } from './read-history';
import { NO_TIMETABLES, readTimetables, type Timetables } from './timetables';

export interface PollerOptions {
  /** Between two polls while a page is open. @default 2000 */
  readonly intervalMs?: number;
  /** While none is. @default 5000 */
  readonly idleIntervalMs?: number;
}

const MAX_OPEN = 1_000;
const STOP_TIMEOUT_MS = 1_000;
/** Runs that closed since the last poll, or since the console was stopped. */
const MAX_CLOSED = 20_000;
/** A run may become visible after a later one: what closed this recently is read again. */
const LOOK_BACK_MS = 120_000;
const TIMETABLES_INTERVAL_MS = 30_000;
/** Runs whose histories are read at one poll for what visibility does not say. */
const COMPLETED_A_POLL = 10;
const MAX_TO_COMPLETE = 500;
/** Runs on open pages whose changes are looked for. */
const MAX_WATCHED = 20;
const ALL: Without = { triggers: [] };

export class Poller {
  readonly calls: TemporalCalls;
  readonly #index: RunIndex;
  readonly #onRuns: (changed: RunsChanged) => void;
  readonly #options: Required<PollerOptions>;
  readonly #fill: Fill;
  readonly #stop = new AbortController();
  /** Page streams that are open, and the runs that they show. */
  readonly #watchers = new Map<symbol, string | undefined>();
  readonly #seenOfWatched = new Map<string, string>();
  #open = new Map<string, OpenRun>();
  #isOpenCut = false;
  readonly #seenClosed = new Map<string, number>();
  readonly #toComplete: RunSummary[] = [];
  #cursor: FillCursor | undefined;
  #timetables: Timetables = NO_TIMETABLES;
  #timetablesReadMs = 0;
  /** Where our attributes are not registered, queries cannot name them. */
  #areAttributesKnown = true;
  #running: Promise<void> | undefined;
  #wake = new AbortController();

  constructor(
    calls: TemporalCalls,
    index: RunIndex,
    onRuns: (changed: RunsChanged) => void,
    options: PollerOptions = {},
  ) {
    this.calls = calls;
    this.#index = index;
    this.#onRuns = onRuns;
    this.#options = { intervalMs: 2_000, idleIntervalMs: 5_000, ...options };
    this.#fill = new Fill(calls, index);
  }

  get openRuns(): ReadonlyMap<string, OpenRun> {
    return this.#open;
  }
  get isOpenRunsCut(): boolean {
    return this.#isOpenCut;
  }
  get timetables(): Timetables {
    return this.#timetables;
  }
  get fill(): FillCursor | undefined {
    return this.#cursor;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends within seconds: a call that is not answered is left. May be called twice. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await Promise.race([this.#running, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** A page is open, and shows this run. Returns what ends that. */
  watch(runId: string | undefined): () => void {
    const key = Symbol('page');
    this.#watchers.set(key, runId);
    this.#wake.abort();
    return () => this.#watchers.delete(key);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // What fails is the namespace's state, or the store's, and is told there.
      await this.#poll().catch(() => {});
      const interval = this.#intervalMs();
      this.#wake = new AbortController();
      if (signal.aborted) return;
      await sleep(Math.max(interval, this.calls.quietMs), undefined, { signal: this.#wake.signal }).catch(
        () => {},
      );
    }
  }

  #intervalMs(): number {
    const { intervalMs, idleIntervalMs } = this.#options;
    const isFilling = this.#cursor?.isComplete === false;
    return this.#watchers.size > 0 || isFilling ? intervalMs : idleIntervalMs;
  }

  async #poll(): Promise<void> {
    const changed = new Map<string, string>();
    const ended = await this.#readOpen(changed);
    await this.#readClosed(changed);
    for (const runId of ended) this.#open.delete(runId);
    await this.#readWatched(changed);
    this.#tell(changed);
    await this.#complete();
    if (Date.now() - this.#timetablesReadMs > TIMETABLES_INTERVAL_MS) {
      this.#timetables = await readTimetables(this.calls);
      this.#timetablesReadMs = Date.now();
    }
    if (this.#cursor && !this.#cursor.isComplete)
      this.#cursor = await this.#fill.step(this.#cursor, this.#without());
  }

  #tell(changed: ReadonlyMap<string, string>): void {
    if (changed.size === 0) return;
    const { namespace } = this.calls;
    this.#onRuns({ namespace, jobs: [...new Set(changed.values())], runIds: [...changed.keys()] });
  }

  /** Returns the runs that no longer go on: they stay among the open ones until the index has them. */
  async #readOpen(changed: Map<string, string>): Promise<readonly string[]> {
    const { executions, isCut } = await this.#list(
      () => openRunsQuery(this.#without('child', 'shard')),
      MAX_OPEN,
    );
    const open = new Map<string, OpenRun>();
    for (const info of executions) {
      const run = runOfExecution(info, this.calls.namespace);
      if (run?.state === 'running' && run.isListed) open.set(run.runId, run);
    }
    for (const [runId, { job, trigger }] of open) {
      const known = this.#open.get(runId);
      if (!known || known.trigger !== trigger) changed.set(runId, job);
    }
    const ended = [...this.#open.values()].filter(({ runId }) => !open.has(runId));
    for (const run of ended) {
      changed.set(run.runId, run.job);
      open.set(run.runId, run);
    }
    this.#open = open;
    this.#isOpenCut = isCut;
    return ended.map(({ runId }) => runId);
  }

  async #readClosed(changed: Map<string, string>): Promise<void> {
    const nowMs = Date.now();
    this.#cursor ??= (await this.#index.fillCursor(this.calls.namespace)) ?? {
      fromAt: nowMs - LOOK_BACK_MS,
      untilAt: nowMs,
      isComplete: false,
    };
    const sinceMs = this.#cursor.untilAt - LOOK_BACK_MS;
    const { executions } = await this.#list(
      () => closedRunsQuery(sinceMs, undefined, this.#without('child')),
      MAX_CLOSED,
    );
    const ended = executions.filter(({ runId }) => !this.#seenClosed.has(runId));
    const found = ended
      .flatMap((info) => runOfExecution(info, this.calls.namespace) ?? [])
      .filter((run): run is RunSummary => run.state !== 'running');
    this.#cursor = { ...this.#cursor, untilAt: nowMs };
    if (found.length > 0)
      await this.#index.addRuns(found, { namespace: this.calls.namespace, cursor: this.#cursor });
    for (const run of found) {
      this.#seenClosed.set(run.runId, run.closedAt);
      this.#open.delete(run.runId);
      if (run.isListed) changed.set(run.runId, run.job);
    }
    for (const info of ended) {
      const { jobRunId, job = '', trigger } = boundAttributes(info);
      // Of a shard that was run again after its run had ended.
      if (trigger === 'shard' && jobRunId !== undefined && !this.#open.has(jobRunId))
        changed.set(jobRunId, job);
    }
    this.#toComplete.unshift(...found.filter(({ isListed, state }) => isListed || state !== 'success'));
    this.#toComplete.length = Math.min(this.#toComplete.length, MAX_TO_COMPLETE);
    for (const [runId, closedAt] of this.#seenClosed)
      if (closedAt < nowMs - 2 * LOOK_BACK_MS) this.#seenClosed.delete(runId);
  }

  /** A run that goes on changes without a change in any list. */
  async #readWatched(changed: Map<string, string>): Promise<void> {
    const watched = new Set([...this.#watchers.values()].flatMap((runId) => runId ?? []));
    for (const runId of this.#seenOfWatched.keys())
      if (!watched.has(runId)) this.#seenOfWatched.delete(runId);
    for (const runId of [...watched].slice(0, MAX_WATCHED)) {
      const run = this.#open.get(runId);
      if (!run) continue;
      const { workflowExecutionInfo: info, pendingActivities } = await describeRun(this.calls, run);
      const pending = pendingActivities?.map(({ activityId, state, attempt }) => [
        activityId,
        state,
        attempt,
      ]);
      const seen = JSON.stringify([String(info?.historyLength), pending]);
      if (this.#seenOfWatched.get(runId) !== seen) changed.set(runId, run.job);
      this.#seenOfWatched.set(runId, seen);
    }
  }

  async #complete(): Promise<void> {
    const complete: RunSummary[] = [];
    for (const run of this.#toComplete.splice(0, COMPLETED_A_POLL)) {
      try {
        complete.push(await completeSummary(this.calls, run));
      } catch (error) {
        // Its history is gone already: what visibility says must do.
        if (grpcStatusOf(error) !== GrpcStatus.NOT_FOUND) {
          this.#toComplete.push(run);
          break;
        }
      }
    }
    if (complete.length === 0) return;
    await this.#index.addRuns(complete);
    this.#tell(new Map(complete.filter(({ isListed }) => isListed).map(({ runId, job }) => [runId, job])));
  }

  #without(...triggers: Without['triggers'][number][]): Without {
    return this.#areAttributesKnown ? { triggers } : ALL;
  }

  async #list(query: () => string, max: number): Promise<Listed> {
    const look = () =>
      this.calls.call((client) => listExecutions(client, query(), max), { isBackground: true });
    try {
      return await look();
    } catch (error) {
      if (!this.#areAttributesKnown || grpcStatusOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
      this.#areAttributesKnown = false;
      return look();
    }
  }
}
