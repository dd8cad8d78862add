/**
 * Counts of how the shards of a branch, or of a run, ended.
 *
 * Pure. Bounded: keeps only the first failed shards.
 */
import { defined } from '../../core/util/defined';

/** Most failed shards that a run lists. */
const MAX_FAILURES = 20;

/** A failed shard and its error. */
export interface ShardFailure {
  /** Index of the shard, from 0. */
  readonly index: number;
  /** Label of the shard for people, such as `account 1000000 to 1000999`. */
  readonly label: string;
  readonly workflowId: string;
  /** First run id of the shard; left out if the shard could not be started. */
  readonly runId?: string;
  /** Trace ID of the shard, 32 lower-case hex digits; left out without the plugin. */
  readonly traceId?: string;
  /** Type of the innermost error. */
  readonly type: string;
  /** Message of the innermost error. */
  readonly message: string;
  /** Business key of the failed item; only in a shard that uses `forEachItem`. */
  readonly item?: string;
}

/** Numbers of shards by how they ended. */
export interface ShardCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Number of shards stopped by a person, or because others failed or the run was cancelled. */
  readonly cancelled: number;
}

/** Report of a branch about its shards: its result, and its last signal if it ends early. */
export interface BranchReport extends ShardCounts {
  /** Number of shards of the branch, started or not. */
  readonly shards: number;
  /** Reduced result of the branch, if there is one. */
  readonly result?: { readonly value: unknown };
  /** The first failed shards of the branch, at most 20. */
  readonly failures: readonly ShardFailure[];
}

/** Counts the shards of one branch, or of one call of `mapReduce`. */
export class Tally {
  #counts: ShardCounts = { succeeded: 0, failed: 0, cancelled: 0 };
  #failures: readonly ShardFailure[] = [];
  #shards = 0;

  get counts(): ShardCounts {
    return this.#counts;
  }

  /** Failed shards in the order of their end, at most {@link MAX_FAILURES}. */
  get failures(): readonly ShardFailure[] {
    return this.#failures;
  }

  /** Number of shards, as far as it is known. */
  get shards(): number {
    return this.#shards;
  }

  /** Adds to the number of shards. */
  addPlanned(shards: number): void {
    this.#shards += shards;
  }

  /** Counts one shard that has ended. @param failure the shard and its error, if it has failed */
  count(end: keyof ShardCounts, failure?: ShardFailure): void {
    this.#counts = { ...this.#counts, [end]: this.#counts[end] + 1 };
    if (failure) this.#failures = [...this.#failures, failure].slice(0, MAX_FAILURES);
  }

  /** Adds the counts and failures of a branch; its number of shards was {@link addPlanned} before. */
  addReport({ succeeded, failed, cancelled, failures }: BranchReport): void {
    const { succeeded: s, failed: f, cancelled: c } = this.#counts;
    this.#counts = { succeeded: s + succeeded, failed: f + failed, cancelled: c + cancelled };
    this.#failures = [...this.#failures, ...failures].slice(0, MAX_FAILURES);
  }

  /** Returns the report of a branch with its reduced result, if it has one. */
  report(result?: { readonly value: unknown }): BranchReport {
    return defined({ shards: this.#shards, ...this.#counts, result, failures: this.#failures });
  }
}

/** Returns the sum of the tallies of several calls of `mapReduce` in one run. */
export function sumOf(tallies: readonly Tally[]): ShardCounts & { readonly count: number } {
  const sum = (read: (tally: Tally) => number) => tallies.reduce((total, tally) => total + read(tally), 0);
  return {
    count: sum(({ shards }) => shards),
    succeeded: sum(({ counts }) => counts.succeeded),
    failed: sum(({ counts }) => counts.failed),
    cancelled: sum(({ counts }) => counts.cancelled),
  };
}
