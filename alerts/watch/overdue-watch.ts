/**
 * Watches jobs that must succeed within a time, and the successes that open incidents wait for.
 */
import { BoundedSet } from '../../core/util/bounded-map';
import { defined } from '../../core/util/defined';
import type { WatchCursor } from '../workflows/watcher-messages';
import { handlingOf, isOn, jobSubject, OVERLAP_MS, type WatchContext } from './context';
import { OverdueJobs } from './overdue';
import type { Queues } from './queues';
import type { JobsInTrouble } from './trouble';

/** Delay while another problem of the job is reported instead, in milliseconds. */
const POSTPONE_MS = 10_000;
const MAX_SEEN = 20_000;

export class OverdueWatch {
  readonly #context: WatchContext;
  readonly #queues: Queues;
  readonly #trouble: JobsInTrouble;
  readonly #jobs: OverdueJobs;
  readonly #seen = new BoundedSet<string>(MAX_SEEN);
  readonly #refused = new Set<string>();

  constructor(
    context: WatchContext,
    queues: Queues,
    trouble: JobsInTrouble,
    known: WatchCursor['overdue'] = [],
  ) {
    this.#context = context;
    this.#queues = queues;
    this.#trouble = trouble;
    this.#jobs = new OverdueJobs(known);
  }

  /** Names of jobs that are not watched because there are too many. */
  get refused(): readonly string[] {
    return [...this.#refused];
  }

  carried(): WatchCursor['overdue'] {
    return this.#jobs.carried();
  }

  /** Watches the job if its rule has `successWithin`. */
  watch(job: string, nowMs: number): void {
    const rule = this.#context.ruleOf(job);
    if (rule.successWithinMs === undefined || !isOn(rule, 'overdue')) return;
    if (!this.#jobs.watch(job, rule.successWithinMs, nowMs)) this.#refused.add(job);
  }

  async poll(nowMs: number): Promise<void> {
    await this.#readSuccesses(nowMs);
    for (const job of this.#jobs.toRead(nowMs)) {
      if (this.#queues.holdsBack(job)) {
        this.#jobs.postpone(job, nowMs + POSTPONE_MS);
        continue;
      }
      if (!this.#context.budget.take()) return;
      const overdue = this.#jobs.read(job, await this.#context.reader.lastSuccessMs(job), nowMs);
      if (overdue === undefined) continue;
      const { withinMs, lastSuccessMs, sinceMs } = overdue;
      this.#context.sink.observe(
        jobSubject(job),
        handlingOf(this.#context.ruleOf(job)),
        {
          kind: 'raised',
          type: 'job.overdue',
          key: `overdue:${lastSuccessMs ?? 'never'}`,
          atMs: sinceMs,
          facts: defined({ withinMs, lastSuccessMs }),
        },
        () => this.#jobs.markReported(overdue),
      );
    }
  }

  /** Observes the successes that open incidents wait for. */
  async #readSuccesses(nowMs: number): Promise<void> {
    const awaiting = new Map(this.#trouble.awaitingSuccess());
    if (awaiting.size === 0) return;
    const sinceMs = Math.min(nowMs, ...awaiting.values()) - OVERLAP_MS;
    const rows = await this.#context.reader.successes([...awaiting.keys()], sinceMs);
    for (const { job, runId, closeMs = 0 } of rows) {
      const awaitedMs = awaiting.get(job);
      if (this.#seen.has(runId) || awaitedMs === undefined || closeMs < awaitedMs - OVERLAP_MS) continue;
      this.#jobs.succeeded(job, closeMs);
      this.#context.sink.observe(
        jobSubject(job),
        handlingOf(this.#context.ruleOf(job)),
        { kind: 'succeeded', runId, atMs: closeMs, facts: {} },
        () => this.#seen.add(runId),
      );
    }
  }
}
