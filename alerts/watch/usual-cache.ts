/**
 * Usual durations of jobs, cached for a day.
 */
import { BASIS, type Usual, usualOf } from '../../core/usual';
import { BoundedMap } from '../../core/util/bounded-map';
import type { Reader } from './reader';

const KEPT_MS = 24 * 60 * 60_000;
/** How long the result is cached for a job with too few runs, in milliseconds. */
const TOO_FEW_KEPT_MS = 10 * 60_000;
const MAX_JOBS = 20_000;

interface Known {
  /** Statistics for a learnt limit; `undefined` if there are too few runs. */
  readonly usual: Usual | undefined;
  /** Median duration in milliseconds, which needs fewer runs; `undefined` if there are too few. */
  readonly medianMs: number | undefined;
  readonly untilMs: number;
}

/** Reads the usual duration of a job once a day, from its last successful runs. */
export class UsualCache {
  readonly #reader: Reader;
  readonly #jobs = new BoundedMap<string, Known>(MAX_JOBS);

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  isKnown(job: string, nowMs: number): boolean {
    return (this.#jobs.get(job)?.untilMs ?? 0) > nowMs;
  }

  /**
   * Returns the statistics for a learnt limit; `undefined` if there are too few runs, or they were not read.
   */
  get(job: string): Usual | undefined {
    return this.#jobs.get(job)?.usual;
  }

  /** Returns the median duration in milliseconds, to be shown beside a limit from a rule. */
  medianMs(job: string): number | undefined {
    return this.#jobs.get(job)?.medianMs;
  }

  async read(job: string, nowMs: number): Promise<void> {
    const durationsMs = await this.#reader.durationsMs(job);
    const usual = usualOf(durationsMs, BASIS.limit);
    const medianMs = usualOf(durationsMs, BASIS.sentence)?.medianMs;
    const untilMs = nowMs + (usual === undefined ? TOO_FEW_KEPT_MS : KEPT_MS);
    this.#jobs.set(job, { usual, medianMs, untilMs });
  }

  /** Names of the jobs with too few runs. */
  tooFew(): readonly string[] {
    return [...this.#jobs].flatMap(([job, { usual }]) => (usual === undefined ? [job] : []));
  }
}
