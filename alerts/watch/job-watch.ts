/**
 * The watcher: polls the server every few seconds, and signals observations to incidents.
 *
 * Delivery is at least once: a poll reads, signals, then advances the cursor, so after a failure in between
 * it observes the same again. Incidents report it once.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { createPatternMatcher, fitsPattern } from '../../core/job-pattern';
import type { ResolvedAlerts } from '../config/types';
import { groupSignals, type MessageKind, type Signal } from '../grouping';
import { incidentSubject } from '../incident-id';
import { endedEarly, type Silence, silenceOf } from '../silence';
import type { WatchCursor, WatchReport } from '../workflows/watcher-messages';
import { createBudget } from './budget';
import { handlingOf, jobSubject, OVERLAP_MS, Sink, type WatchContext } from './context';
import { FailureWatch } from './failure-watch';
import { OverdueWatch } from './overdue-watch';
import { runOfKey } from './problem-key';
import { pollQuery, type SlowBounds } from './queries';
import { QueueWatch } from './queue-watch';
import { type ListedIncident, Reader } from './reader';
import { RuleWatch } from './rule-watch';
import { type Redact, RunDetailsReader } from './run-details';
import { Signaller } from './signaller';
import { MIN_LEARNT_LIMIT_MS, SlowWatch } from './slow-watch';
import { StuckWatch } from './stuck-watch';
import { JobsInTrouble } from './trouble';

/** Overlap of the polls after a failed one, in milliseconds. */
const OVERLAP_AFTER_ERROR_MS = 300_000;
/**
 * Longest time that a poll reaches back, in milliseconds: incidents end after a day, and would report older
 * problems twice.
 */
const MAX_BACK_MS = 24 * 60 * 60_000 - OVERLAP_AFTER_ERROR_MS;
/** How long a run must have waited for its first task before it is read, in milliseconds. */
const WAITING_MS = 5_000;
const LIST_INCIDENTS_MS = 30_000;
/**
 * Budgets of calls. With the polls (0.2 calls a second), heartbeats (0.2) and lists of incidents, the total stays
 * below one call a second, whatever the number of jobs.
 */
const ALERT_BUDGET = { perSecond: 0.25, max: 20 };
const BACKGROUND_BUDGET = { perSecond: 0.3, max: 5 };
const MAX_NAMES = 20;
const FAILED: readonly string[] = ['FAILED', 'TIMED_OUT', 'TERMINATED'];

export interface JobWatchOptions {
  readonly client: Client;
  readonly config: ResolvedAlerts;
  /** Start of the watcher, in milliseconds since 1970; runs that closed before are not reported. */
  readonly sinceMs: number;
  readonly cursor?: WatchCursor | undefined;
  readonly redact: Redact;
  /** Returns the server's time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Reads the active silences. */
  readonly silences: () => Promise<readonly Silence[]>;
  readonly stoppedChannels: () => readonly string[];
}

export class JobWatch {
  readonly #options: JobWatchOptions;
  readonly #context: WatchContext;
  readonly #trouble = new JobsInTrouble();
  readonly #failures: FailureWatch;
  readonly #queues: QueueWatch;
  readonly #slow: SlowWatch;
  readonly #stuck: StuckWatch;
  readonly #overdue: OverdueWatch;
  readonly #rules: RuleWatch;
  readonly #signaller: Signaller;
  readonly #slowBounds: SlowBounds | undefined;
  #readMs: number;
  /** Running runs that were due until this time have been read. */
  #dueMs = 0;
  #hasFailed = false;
  /** Time of the last list of incidents, in milliseconds since 1970. */
  #incidentsListedMs = 0;
  #isResumed = false;
  /** The silences when the incidents were last listed. */
  #silences: readonly Silence[] = [];

  constructor(options: JobWatchOptions) {
    const { client, config, sinceMs, cursor, redact, now } = options;
    const rule = createPatternMatcher(config.jobs);
    const reader = new Reader(client);
    this.#options = options;
    this.#context = {
      reader,
      details: new RunDetailsReader(reader, redact, now),
      sink: new Sink(),
      budget: createBudget(ALERT_BUDGET, now),
      background: createBudget(BACKGROUND_BUDGET, now),
      ruleOf: (job) => rule(job)?.value ?? config.default,
    };
    this.#failures = new FailureWatch(this.#context);
    this.#queues = new QueueWatch(this.#context);
    const { queues } = this.#queues;
    this.#stuck = new StuckWatch(this.#context, queues);
    this.#slow = new SlowWatch(this.#context, queues, (row, attempt, nowMs) =>
      this.#stuck.found(row, attempt, nowMs),
    );
    this.#overdue = new OverdueWatch(this.#context, queues, this.#trouble, cursor?.overdue);
    this.#rules = new RuleWatch(this.#context, config);
    this.#signaller = new Signaller(client);
    this.#readMs = cursor?.readMs ?? sinceMs;
    this.#slowBounds = slowBoundsOf(config);
    for (const job of config.jobs.keys()) if (!job.includes('*')) this.#overdue.watch(job, now());
  }

  /** Number of calls to Temporal so far, without signals. */
  get calls(): number {
    return this.#context.reader.calls;
  }

  get cursor(): WatchCursor {
    return { readMs: this.#readMs, overdue: this.#overdue.carried() };
  }

  /** Polls once. Rejects if the server cannot be read; the next poll then reads further back. */
  async poll(): Promise<void> {
    try {
      await this.#poll(this.#options.now());
      this.#hasFailed = false;
    } catch (error) {
      this.#context.sink.clear();
      this.#hasFailed = true;
      throw error;
    }
  }

  report(): WatchReport {
    const nowMs = this.#options.now();
    const refused = this.#overdue.refused;
    return {
      atMs: nowMs,
      config: this.#options.config.hash,
      lagMs: Math.max(0, nowMs - this.#readMs),
      jobsInTrouble: this.#trouble.size,
      unmatchedRules: this.#rules.unmatched(),
      withoutUsual: this.#slow.withoutUsual().slice(0, MAX_NAMES),
      notWatched: refused.slice(0, MAX_NAMES).map((job) => `${job}: too many jobs have successWithin`),
      channels: [...this.#options.config.channels.keys()],
      stoppedChannels: this.#options.stoppedChannels(),
      hasHeartbeatUrl: this.#options.config.heartbeatUrl !== undefined,
    };
  }

  async #poll(nowMs: number): Promise<void> {
    if (nowMs - this.#incidentsListedMs >= LIST_INCIDENTS_MS) await this.#listIncidents(nowMs);
    const overlapMs = this.#hasFailed ? OVERLAP_AFTER_ERROR_MS : OVERLAP_MS;
    // A cursor of an earlier version may be ahead of the server's clock.
    const readMs = Math.min(this.#readMs, nowMs);
    const closedSinceMs = Math.max(this.#options.sinceMs, readMs - overlapMs, nowMs - MAX_BACK_MS);
    const dueMs = nowMs - Math.min(MIN_LEARNT_LIMIT_MS, this.#slowBounds?.overMs ?? MIN_LEARNT_LIMIT_MS);
    const query = pollQuery({
      closedSinceMs,
      waitingSinceMs: nowMs - WAITING_MS,
      dueMs: [this.#dueMs, dueMs],
      slow: this.#slowBounds,
    });
    const { reader, background } = this.#context;
    const callsBefore = reader.calls;
    const rows = await reader.rows(query);
    // The first poll of a namespace with thousands of runs has many pages.
    background.spend(reader.calls - callsBefore - 1);
    const waiting = rows.filter(({ status, hasBegun }) => status === 'RUNNING' && !hasBegun);
    const running = rows.filter((row) => row.status === 'RUNNING' && row.dueMs <= dueMs);
    const ended = rows.filter(({ status }) => status === 'COMPLETED');
    // Before its first task, the job of a run is a guess.
    for (const { job, hasBegun } of rows) if (hasBegun) this.#overdue.watch(job, nowMs);
    await this.#failures.poll(
      rows.filter(({ status }) => FAILED.includes(status)),
      nowMs,
    );
    await this.#queues.poll(waiting, nowMs);
    await this.#slow.poll(running, ended, nowMs);
    await this.#stuck.poll(
      waiting,
      running.filter(({ hasBegun }) => hasBegun),
      nowMs,
    );
    await this.#overdue.poll(nowMs);
    for (const job of await this.#rules.poll(nowMs)) this.#overdue.watch(job, nowMs);
    await this.#signal(nowMs);
    this.#readMs = nowMs;
    this.#dueMs = dueMs;
  }

  async #signal(nowMs: number): Promise<void> {
    const { signals, commit } = this.#context.sink.drain();
    if (signals.length > 0) {
      const silences = await this.#options.silences();
      const kindsOf = (signal: Signal): readonly MessageKind[] =>
        silenceOf(silences, signal.subject.name, nowMs) ? [] : this.#trouble.kindsOf(signal);
      const grouped = groupSignals(signals, kindsOf, () => `job-alert-group/${randomUUID()}`);
      await this.#signaller.send(grouped);
      for (const signal of signals) this.#trouble.signalled(signal, nowMs);
    }
    commit();
  }

  #clear(job: string, key: string, nowMs: number): void {
    const { sink, ruleOf } = this.#context;
    sink.observe(jobSubject(job), handlingOf(ruleOf(job)), { kind: 'cleared', key, atMs: nowMs });
  }

  async #listIncidents(nowMs: number): Promise<void> {
    const incidents = await this.#context.reader.incidents();
    const jobs = incidents.filter(({ workflowId }) => incidentSubject(workflowId)?.kind === 'job');
    this.#trouble.listed(
      jobs.map(({ memo }) => memo),
      nowMs,
    );
    if (!this.#isResumed) {
      await this.#resume(incidents, nowMs);
      this.#context.sink.onSent(() => {
        this.#isResumed = true;
      });
    }
    await this.#release(incidents, nowMs);
    this.#incidentsListedMs = nowMs;
  }

  /** Releases the messages that are held back by silences which somebody has ended or shortened since. */
  async #release(incidents: readonly ListedIncident[], nowMs: number): Promise<void> {
    const { sink } = this.#context;
    const silences = await this.#options.silences();
    const ended = endedEarly(this.#silences, silences, nowMs);
    for (const { workflowId, memo } of ended.length === 0 ? [] : incidents) {
      const { kind } = incidentSubject(workflowId) ?? {};
      const isHeld = kind === 'queue' || ended.some(({ job }) => fitsPattern(job, memo.subject));
      if ((kind === 'job' || kind === 'queue') && isHeld && memo.open.length > 0)
        sink.observe({ kind, name: memo.subject }, undefined, { kind: 'unsilenced', atMs: nowMs });
    }
    sink.onSent(() => {
      this.#silences = silences;
    });
  }

  /** Resumes the problems that an earlier watcher reported, so that their ends are observed. */
  async #resume(incidents: readonly ListedIncident[], nowMs: number): Promise<void> {
    const keys = incidents.flatMap(({ memo }) => memo.open.map(({ key }) => key));
    const runs = await this.#context.reader.runs(keys.flatMap((key) => runOfKey(key)?.runId ?? []));
    for (const { workflowId, memo } of incidents) {
      for (const { key } of memo.open) {
        const problem = runOfKey(key);
        if (problem === undefined) continue;
        const run = runs.get(problem.runId);
        if (run) (problem.type === 'job.slow' ? this.#slow : this.#stuck).reopen(run);
        // The run has ended and was deleted, since an outage can outlast the retention.
        else this.#clear(memo.subject, key, nowMs);
      }
      const kind = incidentSubject(workflowId)?.kind;
      if (kind === 'job') this.#overdue.watch(memo.subject, nowMs);
      if (kind === 'queue' && memo.open.length > 0) this.#queues.queues.reopen(memo.subject);
    }
  }
}

function slowBoundsOf({ default: byDefault, jobs }: ResolvedAlerts): SlowBounds | undefined {
  const limited = [['*', byDefault] as const, ...jobs].filter(
    ([, { on, overMs }]) => on.includes('slow') && overMs !== undefined,
  );
  if (limited.length === 0) return undefined;
  return {
    overMs: Math.min(...limited.map(([, { overMs = 0 }]) => overMs)),
    jobs: limited.map(([job]) => job),
  };
}
