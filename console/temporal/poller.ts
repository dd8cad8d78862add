/**
 * Polls the runs of one namespace, for all pages. Open runs are kept in memory, closed ones go to the index;
 * listeners get ids only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import { boundAttributes } from '../../client/trace-of-execution';
import { type FillCursor, type RunIndex, StoreError } from '../store/index';
import type { Problem, RunsChanged } from '../types';
import type { TemporalCalls } from './calls';
import { type ClosedPage, ClosedRunsReader } from './closed-runs-reader';
import { Completion } from './completion';
import { type OpenRun, runOfExecution } from './execution';
import { type Listed, listExecutions } from './list';
import { closedRunsQuery, openRunsQuery, type Without } from './queries';
import { describeRun } from './read-history';
import { type JobSchedules, NO_SCHEDULES, readJobSchedules } from './schedules';

export interface PollerOptions {
  /** Interval while a page is open, in milliseconds. @default 2000 */
  readonly intervalMs?: number;
  /** Interval while no page is open, in milliseconds. @default 5000 */
  readonly idleIntervalMs?: number;
}

const MAX_OPEN = 1_000;
const STOP_TIMEOUT_MS = 1_000;
const SCHEDULES_INTERVAL_MS = 30_000;
/** Most runs on open pages that are described at each poll. */
const MAX_WATCHED = 20;
/** How long queries do not name our attributes after the server did not know them. */
const WITHOUT_ATTRIBUTES_MS = 30_000;

export class Poller {
  readonly calls: TemporalCalls;
  readonly #onRuns: (changed: RunsChanged) => void;
  readonly #options: Required<PollerOptions>;
  readonly #closed: ClosedRunsReader;
  readonly #completion: Completion;
  readonly #stop = new AbortController();
  /** The runs that open page streams show. */
  readonly #watchers = new Map<symbol, string | undefined>();
  readonly #seenOfWatched = new Map<string, string>();
  #open = new Map<string, OpenRun>();
  #isOpenCut = false;
  #schedules: JobSchedules = NO_SCHEDULES;
  #schedulesReadMs = Number.NEGATIVE_INFINITY;
  #withoutAttributesUntilMs = 0;
  #storeError: string | undefined;
  #running: Promise<void> | undefined;
  #wake = new AbortController();

  constructor(
    calls: TemporalCalls,
    index: RunIndex,
    onRuns: (changed: RunsChanged) => void,
    options: PollerOptions = {},
  ) {
    this.calls = calls;
    this.#onRuns = onRuns;
    this.#options = { intervalMs: 2_000, idleIntervalMs: 5_000, ...options };
    this.#closed = new ClosedRunsReader(calls.namespace, index, (fromMs, toMs, max) =>
      this.#list(() => closedRunsQuery(fromMs, toMs, this.#without('child')), max),
    );
    this.#completion = new Completion(calls, index);
  }

  get openRuns(): ReadonlyMap<string, OpenRun> {
    return this.#open;
  }
  get isOpenRunsCut(): boolean {
    return this.#isOpenCut;
  }
  get schedules(): JobSchedules {
    return this.#schedules;
  }
  /** Range of close times that has been read; `undefined` until the first fill has ended. */
  get fill(): FillCursor | undefined {
    return this.#closed.cursor;
  }

  /** Returns the reason why closed runs are not stored; `undefined` if they are. */
  storeProblem(): Problem | undefined {
    if (this.#storeError === undefined) return undefined;
    return { kind: 'store', text: `Closed runs are not stored. ${this.#storeError}` };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops within seconds, without waiting for a call. May be called twice. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await Promise.race([this.#running, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Registers an open page and the run that it shows. Returns a function that ends this. */
  watch(runId: string | undefined): () => void {
    const key = Symbol('page');
    this.#watchers.set(key, runId);
    this.#wake.abort();
    return () => this.#watchers.delete(key);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const error: unknown = await this.#poll().catch((reason: unknown) => reason);
      // Other errors show in the state of the namespace.
      this.#storeError = error instanceof StoreError ? error.message : undefined;
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
    return this.#watchers.size > 0 || this.#closed.isBehind ? intervalMs : idleIntervalMs;
  }

  async #poll(): Promise<void> {
    const changed = new Map<string, string>();
    try {
      const ended = await this.#readOpen(changed);
      const read = await this.#closed.read(ended, (page) => this.#addClosed(page, changed));
      for (const runId of read) this.#open.delete(runId);
      await this.#readWatched(changed);
    } finally {
      // Also what was read before an error.
      this.#publish(changed);
    }
    const completed = await this.#completion.step(this.#closed.cursor);
    this.#publish(
      new Map(completed.filter(({ isListed }) => isListed).map(({ runId, job }) => [runId, job])),
    );
    if (performance.now() - this.#schedulesReadMs > SCHEDULES_INTERVAL_MS) {
      this.#schedulesReadMs = performance.now();
      this.#schedules = await readJobSchedules(this.calls);
    }
  }

  #publish(changed: ReadonlyMap<string, string>): void {
    if (changed.size === 0) return;
    const { namespace } = this.calls;
    this.#onRuns({ namespace, jobs: [...new Set(changed.values())], runIds: [...changed.keys()] });
  }

  /**
   * Reads the open runs. Returns the ids of those that have ended; they stay in memory until the index has
   * them.
   */
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
    const missing = [...this.#open.values()].filter(({ runId }) => !open.has(runId));
    for (const run of missing) open.set(run.runId, run);
    this.#open = open;
    this.#isOpenCut = isCut;
    // A cut list lacks open runs as well.
    if (isCut) return [];
    for (const { runId, job } of missing) changed.set(runId, job);
    return missing.map(({ runId }) => runId);
  }

  #addClosed({ runs, executions }: ClosedPage, changed: Map<string, string>): void {
    for (const run of runs) {
      this.#open.delete(run.runId);
      if (run.isListed) changed.set(run.runId, run.job);
    }
    for (const info of executions) {
      const { jobRunId, job = '', trigger } = boundAttributes(info);
      // A shard was rerun after its MapReduce run had ended.
      if (trigger === 'shard' && jobRunId !== undefined && !this.#open.has(jobRunId))
        changed.set(jobRunId, job);
    }
    this.#completion.add(runs);
  }

  /** Detects changes of the runs on open pages, which lists do not show. */
  async #readWatched(changed: Map<string, string>): Promise<void> {
    const watched = new Set([...this.#watchers.values()].flatMap((runId) => runId ?? []));
    for (const runId of this.#seenOfWatched.keys())
      if (!watched.has(runId)) this.#seenOfWatched.delete(runId);
    for (const runId of [...watched].slice(0, MAX_WATCHED)) {
      const run = this.#open.get(runId);
      if (!run) continue;
      // The lists may have a run that the server no longer has. Other errors show in the state of the namespace.
      const described = await describeRun(this.calls, run).catch(() => undefined);
      if (!described) continue;
      const { workflowExecutionInfo: info, pendingActivities } = described;
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

  /** Whether queries may name our attributes: they may be registered after the console has started. */
  #areAttributesKnown(): boolean {
    return performance.now() >= this.#withoutAttributesUntilMs;
  }

  #without(...triggers: Without['triggers'][number][]): Without {
    return { triggers: this.#areAttributesKnown() ? triggers : [] };
  }

  async #list(query: () => string, max: number): Promise<Listed> {
    const list = () =>
      this.calls.call((client) => listExecutions(client, query(), max), { isBackground: true });
    const areNamed = this.#areAttributesKnown();
    try {
      return await list();
    } catch (error) {
      if (!areNamed || grpcStatusOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
      this.#withoutAttributesUntilMs = performance.now() + WITHOUT_ATTRIBUTES_MS;
      return list();
    }
  }
}
