/**
 * What is known of a job beyond its name, run id and trigger: when it was due, who asked for it and why, its
 * traffic marks. Travels in our header from a run to all that it starts.
 *
 * Pure; readers of foreign data return `undefined`, never throw.
 */
import { defined } from './util/defined';
import { numberOf, type Readers, readMembers, textOf } from './util/untrusted';

/** Characters of a text; longer ones are cut. */
const MAX_TEXT_LENGTH = 256;
/** @see https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_TIME_MS = 8.64e15;

export interface JobFacts {
  /** Nominal time of the tick, milliseconds since the epoch. */
  readonly scheduledMs?: number;
  /** From the nominal time to the time of the data that the run is about, milliseconds; usually negative. */
  readonly dataOffsetMs?: number;
  /** Why a person started the run. */
  readonly reason?: string;
  /** Identity of the client that started the run by hand. */
  readonly startedBy?: string;
  /** Gray release: the lane that the run's traffic takes. */
  readonly lane?: string;
  /** Whether the run's traffic is a load test. */
  readonly loadtest?: boolean;
}

/** Which part of a MapReduce run a shard is. */
export interface ShardFacts {
  /** From 0. */
  readonly index: number;
  readonly count?: number;
  /** What people call it, such as a range of business keys. */
  readonly label?: string;
}

const JOB_FACTS: Readers<JobFacts> = {
  scheduledMs: timeOf,
  dataOffsetMs: timeOf,
  reason: shortTextOf,
  startedBy: shortTextOf,
  lane: shortTextOf,
  loadtest: (value) => value === true || undefined,
};

const SHARD_FACTS: Readers<ShardFacts> = { index: numberOf, count: numberOf, label: shortTextOf };

/** Facts as a header holds them; `undefined` when there are none. Never throws. */
export function parseJobFacts(value: unknown): JobFacts | undefined {
  return someFacts(readMembers(value, JOB_FACTS));
}

/** A shard's facts as a header holds them. Never throws. */
export function parseShardFacts(value: unknown): ShardFacts | undefined {
  const { index, ...facts } = readMembers(value, SHARD_FACTS);
  return index === undefined ? undefined : { index, ...facts };
}

/** What a start says of the job and not of its first run alone: it holds for later ticks, too. */
export function standingFacts({ dataOffsetMs, lane, loadtest }: JobFacts): JobFacts {
  return defined({ dataOffsetMs, lane, loadtest });
}

/** The facts, or `undefined` when there are none: an empty object is not worth its bytes. */
export function someFacts(facts: JobFacts): JobFacts | undefined {
  return Object.keys(facts).length > 0 ? facts : undefined;
}

/** What a `Date` can hold: writing any other as text throws. */
function timeOf(value: unknown): number | undefined {
  const ms = numberOf(value);
  return ms !== undefined && Math.abs(ms) <= MAX_TIME_MS ? ms : undefined;
}

function shortTextOf(value: unknown): string | undefined {
  return textOf(value)?.slice(0, MAX_TEXT_LENGTH);
}
