/**
 * How the shards of a branch, or of a run, ended.
 *
 * Pure; bounded: of failed shards only the first are kept.
 */

/** Failed shards that a run tells of by name. */
const MAX_FAILURES = 20;

/** How a shard failed. */
export interface ShardFailure {
  readonly index: number;
  readonly label: string;
  readonly workflowId: string;
  readonly runId?: string;
  /** 32 lower-case hex digits; none without the plugin. */
  readonly traceId?: string;
  /** Type of the innermost error. */
  readonly type: string;
  /** Text of the innermost error. */
  readonly message: string;
  /** Key of the item that failed, in a shard that uses `forEachItem`. */
  readonly item?: string;
}

/** How many shards ended how. */
export interface ShardCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Stopped by a person, or because others failed or the run was cancelled. */
  readonly cancelled: number;
}

/** What a branch tells of its shards. */
export interface BranchReport extends ShardCounts {
  /** Shards that it has, started or not. */
  readonly shards: number;
  /** Its result, if there is one. */
  readonly result?: { readonly value: unknown };
  readonly failures: readonly ShardFailure[];
}

export class Tally {
  #counts: ShardCounts = { succeeded: 0, failed: 0, cancelled: 0 };
  #failures: readonly ShardFailure[] = [];
  #shards = 0;

  get counts(): ShardCounts {
    return this.#counts;
  }

  /** In the order of their end, at most {@link MAX_FAILURES}. */
  get failures(): readonly ShardFailure[] {
    return this.#failures;
  }

  /** Shards that there are, as far as is known. */
  get shards(): number {
    return this.#shards;
  }

  planned(shards: number): void {
    this.#shards += shards;
  }

  ended(how: keyof ShardCounts, failure?: ShardFailure): void {
    this.#counts = { ...this.#counts, [how]: this.#counts[how] + 1 };
    if (failure) this.#failures = [...this.#failures, failure].slice(0, MAX_FAILURES);
  }

  /** Adds what a branch tells; its shards were {@link planned} before. */
  add({ succeeded, failed, cancelled, failures }: BranchReport): void {
    const { succeeded: s, failed: f, cancelled: c } = this.#counts;
    this.#counts = { succeeded: s + succeeded, failed: f + failed, cancelled: c + cancelled };
    this.#failures = [...this.#failures, ...failures].slice(0, MAX_FAILURES);
  }

  report(result?: { readonly value: unknown }): BranchReport {
    return {
      shards: this.#shards,
      ...this.#counts,
      ...(result && { result }),
      failures: this.#failures,
    };
  }
}

/** What several calls in a run have counted together. */
export function sumOf(tallies: readonly Tally[]): ShardCounts & { readonly count: number } {
  const sum = (read: (one: Tally) => number) => tallies.reduce((total, one) => total + read(one), 0);
  return {
    count: sum(({ shards }) => shards),
    succeeded: sum(({ counts }) => counts.succeeded),
    failed: sum(({ counts }) => counts.failed),
    cancelled: sum(({ counts }) => counts.cancelled),
  };
}
