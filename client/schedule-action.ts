/**
 * Why a Temporal Schedule started a run: it was due, a person triggered the schedule, or it was a backfill.
 *
 * The server leaves no mark of it on the run, so it follows from the times and from the schedule's spec of today,
 * and is a guess wherever these allow for something else. Nothing is decided by it.
 */
import type { Client } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { scheduleStartOf } from '../core/schedule-start';
import type { ExecutionInfo } from './job-run';
import { withinTimeout } from './listing';

/** How a schedule came to start a run. */
export interface ScheduleAction {
  /** Id of the schedule. */
  readonly id: string;
  /** The nominal time. */
  readonly scheduledTime: Date;
  /** It was due by the schedule's spec, or `temporal schedule trigger` or `backfill` was called. */
  readonly cause: 'schedule' | 'trigger' | 'backfill';
  /** Whether it may as well be otherwise; false only for a run in time, of a schedule without jitter. */
  readonly isGuess: boolean;
}

/** A run that starts later than this after its nominal time was backfilled, or waited for something. */
const IN_TIME_MS = 60_000;
/** Nominal times are whole seconds. */
const SECOND_MS = 1_000;

/** The cause, by the times and by what is known of the schedule. Pure. */
export function causeOf(
  lateMs: number,
  spec: { readonly isDue: boolean; readonly jitterMs: number } | undefined,
): Pick<ScheduleAction, 'cause' | 'isGuess'> {
  if (lateMs > IN_TIME_MS) return { cause: 'backfill', isGuess: true };
  if (spec === undefined) return { cause: 'schedule', isGuess: true };
  if (!spec.isDue) return { cause: 'trigger', isGuess: true };
  return { cause: 'schedule', isGuess: spec.jitterMs > 0 };
}

/** Reads what schedules did; each schedule's jitter is asked for once. */
export class ScheduleReader {
  readonly #client: Client;
  readonly #jitters = new Map<string, Promise<number>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** `undefined` for a run that no schedule started. */
  async actionOf(info: ExecutionInfo): Promise<ScheduleAction | undefined> {
    const start = scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll());
    if (!start) return undefined;
    const { scheduleId: id, nominalMs } = start;
    const spec = await this.#specAt(id, nominalMs).catch(() => undefined);
    const lateMs = info.startTime.getTime() - nominalMs;
    return Object.freeze({ id, scheduledTime: new Date(nominalMs), ...causeOf(lateMs, spec) });
  }

  /** Rejects if the schedule was deleted, or may not be read. */
  async #specAt(scheduleId: string, ms: number): Promise<{ isDue: boolean; jitterMs: number }> {
    const jitterMs = await this.#jitterOf(scheduleId);
    const { startTime } = await withinTimeout(this.#client, () =>
      this.#client.workflowService.listScheduleMatchingTimes({
        namespace: this.#client.options.namespace,
        scheduleId,
        startTime: msNumberToTs(ms - SECOND_MS),
        endTime: msNumberToTs(ms + jitterMs + SECOND_MS),
      }),
    );
    return { isDue: startTime.length > 0, jitterMs };
  }

  #jitterOf(id: string): Promise<number> {
    const known = this.#jitters.get(id);
    if (known !== undefined) return known;
    const jitter = withinTimeout(this.#client, async () => {
      const { spec } = await this.#client.schedule.getHandle(id).describe();
      return spec.jitter ?? 0;
    });
    this.#jitters.set(id, jitter);
    return jitter;
  }
}
