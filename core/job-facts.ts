/**
 * Facts about a job beyond its name, run id and trigger: when it was due, who started it and why, its traffic
 * marks. They are passed in the job header from a run to everything that it starts.
 *
 * Pure; readers of foreign data return `undefined`, never throw.
 */
import { defined } from './util/defined';
import { numberOf, type Readers, readMembers, textOf } from './util/untrusted';

/** Characters of a string in the facts; longer ones are cut. */
const MAX_TEXT_LENGTH = 256;
/** Largest time value of a `Date`. @see https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_TIME_MS = 8.64e15;

export interface JobFacts {
  /** Nominal time of the tick, in milliseconds since the epoch. */
  readonly scheduledMs?: number;
  /** Offset from the nominal time to the time of the run's data, in milliseconds; usually negative. */
  readonly dataOffsetMs?: number;
  /** Reason that a person gave for a manual run. */
  readonly reason?: string;
  /** Identity of the client that started a manual run. */
  readonly startedBy?: string;
  /** Lane of a gray (canary) release that the run's traffic takes. */
  readonly lane?: string;
  /** Whether the run's traffic is a load test. */
  readonly loadtest?: boolean;
}

/** A shard's place in its MapReduce run. */
export interface ShardFacts {
  /** Index of the shard, from 0. */
  readonly index: number;
  readonly count?: number;
  /** Label of the shard for people, such as a range of business keys. */
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

/** Returns the facts in a header; `undefined` if there are none. Never throws. */
export function parseJobFacts(value: unknown): JobFacts | undefined {
  return someFacts(readMembers(value, JOB_FACTS));
}

/** Returns a shard's facts in a header; `undefined` if they are invalid. Never throws. */
export function parseShardFacts(value: unknown): ShardFacts | undefined {
  const { index, ...facts } = readMembers(value, SHARD_FACTS);
  return index === undefined ? undefined : { index, ...facts };
}

/**
 * Returns the facts that describe the whole job and not only its first run: they apply to later ticks as
 * well.
 */
export function standingFacts({ dataOffsetMs, lane, loadtest }: JobFacts): JobFacts {
  return defined({ dataOffsetMs, lane, loadtest });
}

/** Returns the facts; `undefined` if there are none, to save the bytes of an empty object. */
export function someFacts(facts: JobFacts): JobFacts | undefined {
  return Object.keys(facts).length > 0 ? facts : undefined;
}

/** Returns a time that a `Date` can hold: `toISOString` throws for any other. */
function timeOf(value: unknown): number | undefined {
  const ms = numberOf(value);
  return ms !== undefined && Math.abs(ms) <= MAX_TIME_MS ? ms : undefined;
}

function shortTextOf(value: unknown): string | undefined {
  return textOf(value)?.slice(0, MAX_TEXT_LENGTH);
}
