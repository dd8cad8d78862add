/**
 * Converts run summaries to rows of `index.db`, and back.
 */
import { isRunId, runIdOfTrace, traceIdOfRun } from '../../../core/trace-id';
import { defined } from '../../../core/util/defined';
import type { SqlValue } from '../sql/port';
import type { InternedStrings } from './interned-strings';
import type { ClosedState, RunBarSummary, RunSummary } from './run-index';

const MAX_ERROR_LENGTH = 500;
const UUID_BYTES = 16;

/** Columns of a run's row, in the order of {@link runParameters}. */
export const RUN_COLUMNS =
  'run, job, trace, workflow, type, state, started, closed, duration, listed, due, waited, trigger, forced, starter, reason, sampled, sampling, attempt, error, schedule, forgotten';

/** A row of the table `run`, with the names of its job and namespace. */
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

/** The columns of `run` that a bar needs. */
export interface BarRow {
  readonly id: number;
  readonly run: Uint8Array;
  readonly state: number;
  readonly started: number;
  readonly duration: number;
}

/** Returns a run id as bytes: 16 for a UUID, else its text. */
export function runBytes(runId: string): Uint8Array {
  return isRunId(runId) ? Buffer.from(traceIdOfRun(runId), 'hex') : Buffer.from(runId);
}

/** Returns the run id whose bytes {@link runBytes} has returned. */
export function runIdOf(bytes: Uint8Array): string {
  return bytes.length === UUID_BYTES ? runIdOfTrace(hexOf(bytes)) : bufferOf(bytes).toString();
}

/**
 * Whether the bytes are a UUID of version 4 or 7, the versions of Temporal's run ids.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-4
 */
export function isUuid(bytes: Uint8Array): boolean {
  const [version, variant] = [(bytes[6] ?? 0) >> 4, (bytes[8] ?? 0) >> 6];
  return (version === 4 || version === 7) && variant === 0b10;
}

/** Returns a trace ID (32 hex digits) as 16 bytes. */
export function traceBytes(traceId: string): Uint8Array {
  return Buffer.from(traceId, 'hex');
}

/** Returns the values of a run's row, in the order of {@link RUN_COLUMNS}. */
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

/** Returns the run of a row. */
export function summaryOf(row: RunRow, strings: InternedStrings): RunSummary {
  const word = (id: number | null) => (id === null ? undefined : strings.textOf(id));
  const flag = (bit: number | null) => (bit === null ? undefined : bit === 1);
  return defined({
    namespace: row.namespace,
    job: row.job,
    workflowId: row.workflow,
    ...barOf(row, strings),
    workflowType: strings.textOf(row.type),
    traceId: hexOf(row.trace),
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

/** Returns the bar of a run's row. */
export function barOf(row: BarRow, strings: InternedStrings): RunBarSummary {
  return {
    runId: runIdOf(row.run),
    state: strings.textOf(row.state) as ClosedState,
    startedAt: row.started,
    durationMs: row.duration,
  };
}

function hexOf(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('hex');
}

/** Returns the same bytes as a `Buffer`, without copying them. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
