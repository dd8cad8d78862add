/**
 * Collects the details of an alert about a run. Every string from users is redacted and cut before it is
 * signalled, so that an incident's history holds no other.
 */
import { defined } from '../../core/util/defined';
import type { AlertError, AlertRun, PendingWork } from '../incident/message';
import { POLLER_ALIVE_MS } from './queues';
import type { Beginning, Reader } from './reader';
import type { RunRow } from './row';

/** Removes sensitive text from an error message. */
export type Redact = (text: string) => string;

const MAX_LENGTH = 1_000;
const MAX_PENDING = 10;
const REDACTED = '[not shown: the redaction failed]';

export class RunDetailsReader {
  readonly #reader: Reader;
  readonly #redact: Redact;
  readonly #now: () => number;

  /** @param now returns the server's time, in milliseconds since 1970 */
  constructor(reader: Reader, redact: Redact, now: () => number) {
    this.#reader = reader;
    this.#redact = redact;
    this.#now = now;
  }

  /**
   * Returns the run's details for an alert.
   *
   * @param beginning the run's beginning, if it has been read
   */
  async run(row: RunRow, beginning?: Beginning): Promise<AlertRun> {
    const { attempt, startedMs } = beginning ?? (await this.#reader.beginning(row)) ?? {};
    const traceId = await this.#reader.traceId(row);
    return runFromRow(row, { traceId, attempt, startedMs });
  }

  error({ type, message }: AlertError): AlertError {
    return defined({ type: type && this.text(type), message: this.text(message) });
  }

  /**
   * Returns the pending activities of a run, and the attempt of its workflow task; `undefined` if the run has
   * ended, which visibility shows later.
   */
  async pending(
    row: RunRow,
  ): Promise<{ readonly work: readonly PendingWork[]; readonly taskAttempt: number } | undefined> {
    const described = await this.#reader.describe(row.workflowId, row.runId);
    if (described?.status.name !== 'RUNNING') return undefined;
    const taskAttempt = described.raw.pendingWorkflowTask?.attempt ?? 0;
    const activities = (described.raw.pendingActivities ?? []).slice(0, MAX_PENDING);
    const work: PendingWork[] = [];
    for (const { activityType, attempt, lastFailure, lastStartedTime, activityOptions } of activities) {
      const queue = activityOptions?.taskQueue?.name || row.taskQueue;
      // An activity that has started has a worker.
      const isAlone = !lastStartedTime && !(await this.#isPolled(queue));
      const failure = await this.#reader.decode(lastFailure);
      work.push({
        activity: activityType?.name ?? '',
        attempt: attempt || 1,
        ...(failure && { lastFailure: this.text(failure.message) }),
        ...(isAlone && { noWorkerOn: queue }),
      });
    }
    return { work, taskAttempt };
  }

  text(text: string): string {
    try {
      return this.#redact(text).slice(0, MAX_LENGTH);
    } catch {
      return REDACTED;
    }
  }

  async #isPolled(queue: string): Promise<boolean> {
    const newestMs = await this.#reader.newestPollMs(queue, 'activity');
    return newestMs !== undefined && newestMs > this.#now() - POLLER_ALIVE_MS;
  }
}

/** Returns a run's details from its row, without further calls. */
export function runFromRow(
  row: RunRow,
  more: {
    readonly traceId: string;
    readonly attempt?: number | undefined;
    readonly startedMs?: number | undefined;
  },
): AlertRun {
  const { workflowId, runId, workflowType, trigger, dueMs, closeMs, recorded } = row;
  return defined({ workflowId, runId, workflowType, trigger, dueMs, closedMs: closeMs, recorded, ...more });
}
