/**
 * The shards of MapReduce runs: listing, stopping and rerunning them.
 */
import type { RunReader } from './job-run';
import { withinTimeout } from './listing';
import { type RerunShard, rerunShard, type ShardRerunOptions } from './rerun-shards';
import { type RunReference, readRun } from './run-reference';
import { checkShardFilter, listShards, type Shard, type ShardFilter } from './shards';

/** Lists, stops and reruns the shards of MapReduce runs; see {@link JobClient.shards}. */
export interface JobShards {
  /**
   * Lists the shards of a run, running or closed: each shard once, those that have not completed first.
   *
   * @param run the run that called `mapReduce`
   * @throws {TraceIdError} if the run id is not a UUID
   * @throws {WorkflowNotFoundError} of `@temporalio/client` if there is no such run
   */
  list(run: RunReference, filter?: ShardFilter): AsyncGenerator<Shard>;
  /** Requests the cancellation of one shard, which does not count as a failure. The other shards continue. */
  stop(shard: Pick<Shard, 'workflowId'>): Promise<void>;
  /**
   * Reruns the shards of a run that failed or timed out, each under its workflow id and in its trace, always
   * sampled. The run itself neither waits for the reruns nor counts them.
   *
   * @param run the run that called `mapReduce`
   * @throws {TraceIdError} if the run id is not a UUID
   * @throws {WorkflowNotFoundError} of `@temporalio/client` if there is no such run
   */
  rerunFailed(run: RunReference, options?: ShardRerunOptions): Promise<readonly RerunShard[]>;
}

export function jobShards(reader: RunReader): JobShards {
  const { client } = reader;
  async function* read(run: RunReference, filter: ShardFilter): AsyncGenerator<Shard> {
    yield* listShards(reader, await readRun(client, run), filter);
  }
  function list(run: RunReference, filter: ShardFilter = {}): AsyncGenerator<Shard> {
    checkShardFilter(filter);
    return read(run, filter);
  }
  return Object.freeze({
    list,
    stop: async ({ workflowId }: Pick<Shard, 'workflowId'>) => {
      await withinTimeout(client, () => client.workflow.getHandle(workflowId).cancel());
    },
    async rerunFailed(run: RunReference, options: ShardRerunOptions = {}) {
      const rerun: RerunShard[] = [];
      for await (const shard of list(run, { result: ['failure', 'timeout'] }))
        rerun.push(await rerunShard(reader, shard, options));
      return Object.freeze(rerun);
    },
  });
}
