/**
 * What is usual for each job, read when a run of it has been going on for a while, and kept for a day.
 */
import { BASIS, type Usual, usualOf } from '../../core/usual';
import { setBounded } from '../../core/util/bounded-map';
import type { Reader } from './reader';

const KEPT_MS = 24 * 60 * 60_000;
/** A job with too few runs is asked about again sooner. */
const TOO_FEW_KEPT_MS = 10 * 60_000;
const MAX_JOBS = 20_000;

interface Known {
  /** From enough runs for a learnt limit. */
  readonly usual: Usual | undefined;
  /** From enough runs to say what is usual. */
  readonly medianMs: number | undefined;
  readonly untilMs: number;
}

export class UsualCache {
  readonly #reader: Reader;
  readonly #jobs = new Map<string, Known>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  isKnown(job: string, nowMs: number): boolean {
    return (this.#jobs.get(job)?.untilMs ?? 0) > nowMs;
  }

  /** `undefined`: there are too few runs, or it has not been read. */
  get(job: string): Usual | undefined {
    return this.#jobs.get(job)?.usual;
  }

  /** What is usual, to be told beside a limit that a rule sets: needs fewer runs than a learnt limit. */
  medianMs(job: string): number | undefined {
    return this.#jobs.get(job)?.medianMs;
  }

  async read(job: string, nowMs: number): Promise<void> {
    const durationsMs = await this.#reader.durationsMs(job);
    const usual = usualOf(durationsMs, BASIS.limit);
    const medianMs = usualOf(durationsMs, BASIS.sentence)?.medianMs;
    const untilMs = nowMs + (usual === undefined ? TOO_FEW_KEPT_MS : KEPT_MS);
    setBounded(this.#jobs, job, { usual, medianMs, untilMs }, MAX_JOBS);
  }

  /** Jobs with too few runs. */
  tooFew(): readonly string[] {
    return [...this.#jobs].flatMap(([job, { usual }]) => (usual === undefined ? [job] : []));
  }
}
