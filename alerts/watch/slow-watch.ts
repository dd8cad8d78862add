/**
 * Watches runs that take too long, while they run and when they have ended.
 */
import { SCHEDULED_JOB } from '../../core/jobs/names';
import { BoundedMap, BoundedSet } from '../../core/util/bounded-map';
import type { AlertDetails } from '../incident/message';
import { handlingOf, isOn, jobSubject, type WatchContext } from './context';
import { keyOfRun } from './problem-key';
import type { Queues } from './queues';
import type { RunRow } from './row';
import { type SlowLimit, SlowRuns, slowLimit, type WatchedRun } from './slow-runs';
import { UsualCache } from './usual-cache';

/**
 * Smallest learnt limit, in milliseconds (see `slowLimitMs`): younger runs are not slow, so nothing is read for them.
 */
export const MIN_LEARNT_LIMIT_MS = 10_000;
const MAX_UNDECIDED = 20_000;
const MAX_SEEN = 20_000;

/** Reports a run as stuck if its workflow task is failing repeatedly; returns whether it is. */
export type StuckFinder = (row: RunRow, attempt: number, nowMs: number) => Promise<boolean>;

export class SlowWatch {
  readonly #context: WatchContext;
  readonly #queues: Queues;
  readonly #isStuck: StuckFinder;
  readonly #usual: UsualCache;
  readonly #runs = new SlowRuns();
  /** Running runs of jobs whose usual duration is not known yet, by run id. */
  readonly #undecided = new BoundedMap<string, RunRow>(MAX_UNDECIDED);
  /** Ids of slow runs that had ended when they were first observed. */
  readonly #seen = new BoundedSet<string>(MAX_SEEN);

  constructor(context: WatchContext, queues: Queues, isStuck: StuckFinder) {
    this.#context = context;
    this.#queues = queues;
    this.#isStuck = isStuck;
    this.#usual = new UsualCache(context.reader);
  }

  /** Names of the jobs with too few runs for a learnt limit. */
  withoutUsual(): readonly string[] {
    return this.#usual.tooFew().filter((job) => this.#context.ruleOf(job).overMs === undefined);
  }

  /**
   * Observes the slow runs of one poll.
   *
   * @param running running runs that were due some time ago
   * @param ended completed runs that took longer than the smallest `overMs`
   */
  async poll(running: readonly RunRow[], ended: readonly RunRow[], nowMs: number): Promise<void> {
    for (const row of running) if (!this.#runs.has(row.runId)) this.#begin(row, nowMs);
    await this.#decide(nowMs);
    for (const row of ended) await this.#reportClosed(row, nowMs);
    const due = this.#runs.due(nowMs);
    const present = await this.#context.reader.runs(due.map(({ row }) => row.runId));
    for (const run of due) await this.#check(run, present.get(run.row.runId), nowMs);
  }

  /** Marks the run as reported as slow by an earlier watcher. */
  reopen(row: RunRow): void {
    this.#runs.watch(row, { limitMs: 0 }, true);
  }

  #begin(row: RunRow, nowMs: number): void {
    const { overMs, on } = this.#context.ruleOf(row.job);
    // A controller runs as long as its job exists.
    if (!on.includes('slow') || row.workflowType === SCHEDULED_JOB) return;
    const limit = slowLimit(overMs, this.#usual.get(row.job));
    if (limit) this.#runs.watch(row, limit);
    else if (!this.#usual.isKnown(row.job, nowMs)) this.#undecided.set(row.runId, row);
  }

  /** Reads the usual durations of jobs with runs that have lasted long enough. */
  async #decide(nowMs: number): Promise<void> {
    for (const [runId, row] of this.#undecided) {
      if (nowMs - row.dueMs < MIN_LEARNT_LIMIT_MS) continue;
      if (!this.#usual.isKnown(row.job, nowMs)) {
        if (!this.#context.background.take()) return;
        await this.#usual.read(row.job, nowMs);
      }
      this.#undecided.delete(runId);
      this.#begin(row, nowMs);
    }
  }

  async #check(
    { row, limit, isReported }: WatchedRun,
    present: RunRow | undefined,
    nowMs: number,
  ): Promise<void> {
    const { sink } = this.#context;
    if (present === undefined) {
      // The run was deleted, or its retention is over.
      if (isReported) this.#clear({ ...row, closeMs: nowMs });
      sink.onSent(() => this.#runs.forget(row.runId));
    } else if (present.status !== 'RUNNING') {
      if (isReported) this.#clear(present);
      else if (present.status === 'COMPLETED') await this.#reportClosed(present, nowMs, limit);
      sink.onSent(() => this.#runs.forget(row.runId));
    } else if (present.job !== row.job) {
      // Before its first task, the job of the run was a guess.
      this.#runs.forget(row.runId);
      this.#begin(present, nowMs);
    } else if (present.hasBegun && present.trigger === undefined && !isReported) {
      // It is not bound, and so is not reported, like those that began before they were listed.
      this.#runs.forget(row.runId);
    } else if (!isReported && this.#queues.isServed(present)) {
      await this.#reportRunning(present, limit, nowMs);
    }
  }

  async #reportRunning(row: RunRow, limit: SlowLimit, nowMs: number): Promise<void> {
    const { details } = this.#context;
    const pending = await details.pending(row);
    if (pending === undefined || (await this.#isStuck(row, pending.taskAttempt, nowMs))) return;
    const { work } = pending;
    const elapsedMs = nowMs - row.dueMs;
    const lostMs = await this.#lostMs(row, nowMs);
    if (elapsedMs <= limit.limitMs + lostMs) {
      this.#runs.postpone(row.runId, lostMs);
      return;
    }
    this.#raise(row, limit, {
      ...(await this.#usualOf(row, nowMs)),
      run: await details.run(row),
      elapsedMs,
      ...(work.length > 0 && { pending: work }),
    });
  }

  /** Observes a closed run that took too long. */
  async #reportClosed(row: RunRow, nowMs: number, limit = this.#limitOf(row)): Promise<void> {
    const { job, runId, closeMs = 0, dueMs } = row;
    const elapsedMs = closeMs - dueMs;
    const isReported = this.#seen.has(runId) || !isOn(this.#context.ruleOf(job), 'slow');
    if (limit === undefined || elapsedMs <= limit.limitMs || isReported) return;
    if (elapsedMs <= limit.limitMs + (await this.#lostMs(row, closeMs))) return;
    const run = await this.#context.details.run(row);
    this.#raise(row, limit, { ...(await this.#usualOf(row, nowMs)), run, elapsedMs }, closeMs);
    this.#context.sink.onSent(() => this.#seen.add(runId));
  }

  /** Returns the time that a learnt limit allows in addition, in milliseconds; a limit from a rule is exact. */
  async #lostMs(row: RunRow, nowMs: number): Promise<number> {
    const isLearnt = this.#context.ruleOf(row.job).overMs === undefined;
    return isLearnt ? this.#context.reader.lostMs(row, nowMs) : 0;
  }

  /** Returns the job's usual duration, which need not have been read for a limit from a rule. */
  async #usualOf({ job }: RunRow, nowMs: number): Promise<Pick<AlertDetails, 'usualMs'>> {
    const isKnown = this.#usual.isKnown(job, nowMs) && this.#usual.medianMs(job) !== undefined;
    if (!isKnown && this.#context.budget.take()) await this.#usual.read(job, nowMs);
    const usualMs = this.#usual.medianMs(job);
    return usualMs === undefined ? {} : { usualMs };
  }

  #raise(row: RunRow, limit: SlowLimit, facts: AlertDetails, endedMs?: number): void {
    this.#context.sink.observe(
      jobSubject(row.job),
      handlingOf(this.#context.ruleOf(row.job)),
      {
        kind: 'raised',
        type: 'job.slow',
        key: keyOfRun('job.slow', row.runId),
        atMs: row.dueMs + limit.limitMs,
        ...(endedMs !== undefined && { endedMs }),
        facts: { ...facts, ...limit },
      },
      () => this.#runs.markReported(row.runId),
    );
  }

  #clear(row: RunRow): void {
    const { job, runId, closeMs = 0 } = row;
    const rule = handlingOf(this.#context.ruleOf(job));
    this.#context.sink.observe(jobSubject(job), rule, {
      kind: 'cleared',
      key: keyOfRun('job.slow', runId),
      atMs: closeMs,
    });
  }

  #limitOf({ job }: RunRow): SlowLimit | undefined {
    return slowLimit(this.#context.ruleOf(job).overMs, this.#usual.get(job));
  }
}
