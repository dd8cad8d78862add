/**
 * The state of a `scheduledJob`, and its part that is carried over by continue-as-new.
 *
 * Sandbox code; pure. The carried state may have been written by another version: unknown values are ignored,
 * and no command depends on a value in it that this version computes itself.
 */
import type { WorkflowInfo } from '@temporalio/workflow';
import { parseCron } from '../core/jobs/cron-expression';
import { nextTickMs } from '../core/jobs/cron-time';
import {
  jobNameOf,
  type ManualRun,
  type RecentRuns,
  type RefusedSignal,
  type ScheduledJobStatus,
  STATUS_LIST_LENGTH,
  type TicksMissed,
} from '../core/jobs/messages';
import { cronOf, type ScheduledJobSpec } from '../core/jobs/spec';
import { withWireKey } from '../core/load-test';
import { defined } from '../core/util/defined';

/** Most open manual runs that are remembered; further ones are not cancelled when the job is stopped. */
const MAX_OPEN = 1_000;

/** The cron workflow that ticks for the job. */
export interface RunningCron {
  readonly workflowId: string;
  /** Revision of the spec that the cron ticks for. */
  readonly revision: number;
  readonly startedMs: number;
}

/** Second argument of `scheduledJob`: the state carried over by continue-as-new. */
export interface CarriedJob {
  readonly revision?: number;
  readonly announced?: number;
  readonly cron?: RunningCron;
  readonly manualRuns?: readonly ManualRun[];
  readonly open?: readonly string[];
  readonly missed?: TicksMissed;
  readonly refusals?: readonly RefusedSignal[];
  readonly lastRuns?: RecentRuns;
}

export class JobState {
  #spec: ScheduledJobSpec;
  /** Number of changes to the spec; shows whether the cron is outdated, without comparing specs. */
  #revision: number;
  /** Revision of the spec in the memo. */
  announced: number;
  cron: RunningCron | undefined;
  #manualRuns: readonly ManualRun[];
  #open: readonly string[];
  #missed: TicksMissed;
  #refusals: readonly RefusedSignal[];
  /** The runs that the update `status` read last. */
  lastRuns: RecentRuns | undefined;

  constructor(spec: ScheduledJobSpec, carried: CarriedJob = {}) {
    this.#spec = withWireKey(spec);
    this.#revision = carried.revision ?? 1;
    this.announced = carried.announced ?? 0;
    this.cron = carried.cron;
    this.#manualRuns = carried.manualRuns ?? [];
    this.#open = carried.open ?? [];
    this.#missed = carried.missed ?? { total: 0, last: [] };
    this.#refusals = carried.refusals ?? [];
    this.lastRuns = carried.lastRuns;
  }

  get spec(): ScheduledJobSpec {
    return this.#spec;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Workflow ids of manual runs that may still be in progress. */
  get open(): readonly string[] {
    return this.#open;
  }

  /** Cron expression by which the job should currently tick; `undefined` if it should not. */
  get wantedCron(): string | undefined {
    return this.#spec.paused ? undefined : cronOf(this.#spec);
  }

  /** Whether the running cron is the one that the spec requires. */
  get isSettled(): boolean {
    const { cron } = this;
    if (this.announced !== this.#revision) return false;
    return this.wantedCron === undefined ? cron === undefined : cron?.revision === this.#revision;
  }

  /** Replaces the spec; an equal spec changes nothing, so the cron is not restarted. */
  apply(spec: ScheduledJobSpec): void {
    if (sorted(spec) === sorted(this.#spec)) return;
    this.#spec = spec;
    this.#revision += 1;
  }

  manualRunStarted(run: ManualRun): void {
    // Runs may have started in another order than they were requested in.
    this.#manualRuns = [...this.#manualRuns, run].sort(byStart).slice(-STATUS_LIST_LENGTH);
    this.#open = [...this.#open, run.workflowId].slice(-MAX_OPEN);
  }

  manualRunEnded(workflowId: string): void {
    this.#open = this.#open.filter((id) => id !== workflowId);
  }

  ticksMissed({ total, last }: TicksMissed): void {
    this.#missed = {
      total: this.#missed.total + total,
      last: [...this.#missed.last, ...last].slice(-STATUS_LIST_LENGTH),
    };
  }

  signalRefused(refusal: RefusedSignal): void {
    this.#refusals = [...this.#refusals, refusal].slice(-STATUS_LIST_LENGTH);
  }

  carried(): CarriedJob {
    return defined({
      revision: this.#revision,
      announced: this.announced,
      cron: this.cron,
      manualRuns: this.#manualRuns,
      open: this.#open,
      missed: this.#missed,
      refusals: this.#refusals,
      lastRuns: this.lastRuns,
    });
  }

  /** Returns the status, by the wall clock of the query: workflow time stands still while nothing happens. */
  status({ workflowId, unsafe }: WorkflowInfo): ScheduledJobStatus {
    const nextMs = this.#nextTickMs(unsafe.now());
    return defined({
      job: jobNameOf(this.#spec, workflowId),
      spec: this.#spec,
      paused: this.#spec.paused ?? false,
      nextTick: nextMs === undefined ? undefined : new Date(nextMs).toISOString(),
      manualRuns: [...this.#manualRuns].reverse(),
      missedTicks: {
        total: this.#missed.total,
        last: this.#missed.last.map((ms) => new Date(ms).toISOString()).reverse(),
      },
      refusals: [...this.#refusals].reverse(),
      lastRuns: this.lastRuns,
    });
  }

  #nextTickMs(nowMs: number): number | undefined {
    const { wantedCron } = this;
    if (wantedCron === undefined) return undefined;
    const expression = parseCron(wantedCron);
    if (expression.kind === 'fields') return nextTickMs(wantedCron, nowMs);
    if (!this.cron) return undefined;
    const startedMs = Math.floor(this.cron.startedMs / 1_000) * 1_000;
    const ticks = Math.floor((nowMs - startedMs) / expression.everyMs);
    return startedMs + (ticks + 1) * expression.everyMs;
  }
}

function byStart(a: ManualRun, b: ManualRun): number {
  return Date.parse(a.startedAt) - Date.parse(b.startedAt);
}

/** Returns the same string for equal specs, whatever the order of their keys. */
function sorted(spec: ScheduledJobSpec): string {
  return JSON.stringify(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
}
