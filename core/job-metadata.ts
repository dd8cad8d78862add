/**
 * Metadata of a job beyond its name, run id and trigger: when it was due, who started it and why, labels of its
 * traffic. A run passes it in the job header to everything that it starts.
 *
 * Pure; readers of foreign data return `undefined`, never throw.
 */
import { defined } from './util/defined';
import { numberOf, type Readers, readMembers, textOf } from './util/untrusted';

/** Most characters of a string in the metadata; longer ones are cut. */
const MAX_TEXT_LENGTH = 256;
/** Largest time value of a `Date`. @see https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MAX_TIME_MS = 8.64e15;

/** Metadata of a job; the member `facts` of the job header. */
export interface JobMetadata {
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
export interface ShardInfo {
  /** Index of the shard, from 0. */
  readonly index: number;
  readonly count?: number;
  /** Label of the shard for people, such as a range of business keys. */
  readonly label?: string;
}

const JOB_READERS: Readers<JobMetadata> = {
  scheduledMs: timeOf,
  dataOffsetMs: timeOf,
  reason: shortTextOf,
  startedBy: shortTextOf,
  lane: shortTextOf,
  loadtest: (value) => value === true || undefined,
};

const SHARD_READERS: Readers<ShardInfo> = { index: numberOf, count: numberOf, label: shortTextOf };

/** Returns the metadata in a header; `undefined` if there is none. Never throws. */
export function parseJobMetadata(value: unknown): JobMetadata | undefined {
  return nonEmpty(readMembers(value, JOB_READERS));
}

/** Returns a shard's place in a header or memo; `undefined` if it is invalid. Never throws. */
export function parseShardInfo(value: unknown): ShardInfo | undefined {
  const { index, ...others } = readMembers(value, SHARD_READERS);
  return index === undefined ? undefined : { index, ...others };
}

/**
 * Returns the metadata that describes the whole job and not only its first run: it applies to later ticks as
 * well.
 */
export function standingMetadata({ dataOffsetMs, lane, loadtest }: JobMetadata): JobMetadata {
  return defined({ dataOffsetMs, lane, loadtest });
}

/** Returns the metadata; `undefined` if there is none, to save the bytes of an empty object. */
export function nonEmpty(metadata: JobMetadata): JobMetadata | undefined {
  return Object.keys(metadata).length > 0 ? metadata : undefined;
}

/** Returns a time that a `Date` can hold: `toISOString` throws for any other. */
function timeOf(value: unknown): number | undefined {
  const ms = numberOf(value);
  return ms !== undefined && Math.abs(ms) <= MAX_TIME_MS ? ms : undefined;
}

function shortTextOf(value: unknown): string | undefined {
  return textOf(value)?.slice(0, MAX_TEXT_LENGTH);
}
