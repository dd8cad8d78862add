/**
 * Converts run summaries to rows of `index.db`, and back.
 */
import { defined } from '../../../core/util/defined';
import type { SqlValue } from '../sql/port';
import type { InternedStrings } from './interned-strings';
import type { ClosedState, RunBarSummary, RunSummary } from './run-index';

const MAX_ERROR_LENGTH = 500;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Columns in the order of {@link runParameters}. */
export const RUN_COLUMNS =
  'run, job, trace, workflow, type, state, started, closed, duration, listed, due, waited, trigger, forced, starter, reason, sampled, sampling, attempt, error, schedule, forgotten';

export interface RunRow extends BarRow {
  readonly namespace: string;
  readonly job: string;
  readonly trace: Uint8Array;
  readonly workflow: string;
  readonly type: number;
  readonly closed: number;
  readonly listed: number;
  readonly due: number | null;
  readonly waited: number | null;
  readonly trigger: number | null;
  readonly forced: number | null;
  readonly starter: string | null;
  readonly reason: string | null;
  readonly sampled: number | null;
  readonly sampling: number | null;
  readonly attempt: number | null;
  readonly error: string | null;
  readonly schedule: number | null;
  readonly forgotten: number | null;
}

export interface BarRow {
  readonly id: number;
  readonly run: Uint8Array;
  readonly state: number;
  readonly started: number;
  readonly duration: number;
}

/** Returns a run id as bytes: 16 for a UUID, else its text. */
export function runBytes(runId: string): Uint8Array {
  return UUID.test(runId) ? Buffer.from(runId.replaceAll('-', ''), 'hex') : Buffer.from(runId);
}

/** Returns the run id of {@link runBytes}. */
export function runIdOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hex = buffer.toString('hex');
  return bytes.length === 16
    ? `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    : buffer.toString();
}

export function traceBytes(traceId: string): Uint8Array {
  return Buffer.from(traceId, 'hex');
}

export function runParameters(run: RunSummary, job: number, strings: InternedStrings): SqlValue[] {
  const word = (text: string | undefined) => (text === undefined ? null : strings.idOf(text));
  const bit = (flag: boolean | undefined) => (flag === undefined ? null : Number(flag));
  return [
    runBytes(run.runId),
    job,
    traceBytes(run.traceId),
    run.workflowId,
    strings.idOf(run.workflowType),
    strings.idOf(run.state),
    run.startedAt,
    run.closedAt,
    run.durationMs,
    Number(run.isListed),
    run.dueAt ?? null,
    run.waitedMs ?? null,
    word(run.trigger),
    bit(run.isForced),
    run.startedBy ?? null,
    run.reason ?? null,
    bit(run.sampled),
    word(run.samplingReason),
    run.attempt ?? null,
    run.errorLine?.slice(0, MAX_ERROR_LENGTH) ?? null,
    word(run.scheduleId),
    bit(run.isForgotten),
  ];
}

export function summaryOf(row: RunRow, strings: InternedStrings): RunSummary {
  const word = (id: number | null) => (id === null ? undefined : strings.textOf(id));
  const flag = (bit: number | null) => (bit === null ? undefined : bit === 1);
  return defined({
    namespace: row.namespace,
    job: row.job,
    workflowId: row.workflow,
    ...barOf(row, strings),
    workflowType: strings.textOf(row.type),
    traceId: Buffer.from(row.trace.buffer, row.trace.byteOffset, row.trace.byteLength).toString('hex'),
    closedAt: row.closed,
    isListed: row.listed === 1,
    dueAt: row.due ?? undefined,
    waitedMs: row.waited ?? undefined,
    trigger: word(row.trigger),
    isForced: flag(row.forced),
    startedBy: row.starter ?? undefined,
    reason: row.reason ?? undefined,
    sampled: flag(row.sampled),
    samplingReason: word(row.sampling),
    attempt: row.attempt ?? undefined,
    errorLine: row.error ?? undefined,
    scheduleId: word(row.schedule),
    isForgotten: flag(row.forgotten),
  });
}

export function barOf(row: BarRow, strings: InternedStrings): RunBarSummary {
  return {
    runId: runIdOf(row.run),
    state: strings.textOf(row.state) as ClosedState,
    startedAt: row.started,
    durationMs: row.duration,
  };
}
