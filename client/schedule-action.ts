/**
 * Why a Temporal Schedule started a run: it was due, a person triggered the Schedule, or it was a backfill.
 *
 * The server does not record the cause on the run, so it is inferred from the times and from the Schedule's
 * current spec, and is a guess where these allow for another cause. No decision depends on it.
 */
import type { Client } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { scheduleStartOf } from '../core/schedule-start';
import type { ExecutionInfo } from './job-run';
import { withinTimeout } from './listing';

/** The action of a Temporal Schedule that started a run. */
export interface ScheduleAction {
  /** Schedule id. */
  readonly id: string;
  /** Nominal time of the action. */
  readonly scheduledTime: Date;
  /**
   * `schedule`: due by the spec; `trigger` and `backfill`: started by `temporal schedule trigger` or
   * `backfill`.
   */
  readonly cause: 'schedule' | 'trigger' | 'backfill';
  /**
   * Whether the cause may be another; false only for a run that started on time, by a Schedule without
   * jitter.
   */
  readonly isGuess: boolean;
}

/**
 * Milliseconds after its nominal time within which a run is on time; a later one was a backfill, or was
 * delayed.
 */
const IN_TIME_MS = 60_000;
/** Nominal times are whole seconds. */
const SECOND_MS = 1_000;

/** Returns the cause, from the times and the Schedule's spec. Pure. */
export function causeOf(
  lateMs: number,
  spec: { readonly isDue: boolean; readonly jitterMs: number } | undefined,
): Pick<ScheduleAction, 'cause' | 'isGuess'> {
  if (lateMs > IN_TIME_MS) return { cause: 'backfill', isGuess: true };
  if (spec === undefined) return { cause: 'schedule', isGuess: true };
  if (!spec.isDue) return { cause: 'trigger', isGuess: true };
  return { cause: 'schedule', isGuess: spec.jitterMs > 0 };
}

/** Reads the actions of Schedules; each Schedule's jitter is fetched once. */
export class ScheduleReader {
  readonly #client: Client;
  readonly #jitters = new Map<string, Promise<number>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Returns the action that started the run; `undefined` if no Schedule did. */
  async actionOf(info: ExecutionInfo): Promise<ScheduleAction | undefined> {
    const start = scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll());
    if (!start) return undefined;
    const { scheduleId: id, nominalMs } = start;
    const spec = await this.#specAt(id, nominalMs).catch(() => undefined);
    const lateMs = info.startTime.getTime() - nominalMs;
    return Object.freeze({ id, scheduledTime: new Date(nominalMs), ...causeOf(lateMs, spec) });
  }

  /** Returns whether the Schedule is due at a time. Rejects if it was deleted or may not be read. */
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
