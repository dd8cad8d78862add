/**
 * The shards of MapReduce runs: listed, stopped, run again.
 */
import type { RunReader } from './job-run';
import { withinTimeout } from './listing';
import { type RerunOptions, type RerunShard, rerunShard } from './rerun-shards';
import { type RunReference, readRun } from './run-reference';
import { checkShardFilter, listShards, type Shard, type ShardFilter } from './shards';

/** The shards of MapReduce runs: {@link JobClient.shards}. */
export interface JobShards {
  /**
   * Lists the shards of a run, each once, while the run goes on and after it has ended: those that did not complete
   * first. The run is the one that called `mapReduce`.
   *
   * @throws {TraceIdError} if the run id is not a UUID
   * @throws {WorkflowNotFoundError} of `@temporalio/client` if there is no such run
   */
  list(run: RunReference, filter?: ShardFilter): AsyncGenerator<Shard>;
  /** Asks one shard to stop: it is cancelled, which is not a failure. The others go on. */
  stop(shard: Pick<Shard, 'workflowId'>): Promise<void>;
  /**
   * Runs the failed shards of a run again, those that timed out as well: each under its workflow id and in its
   * trace, always recorded. The run itself does not wait for them and does not count them.
   *
   * @throws {TraceIdError} if the run id is not a UUID
   * @throws {WorkflowNotFoundError} of `@temporalio/client` if there is no such run
   */
  rerunFailed(run: RunReference, options?: RerunOptions): Promise<readonly RerunShard[]>;
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
    async rerunFailed(run: RunReference, options: RerunOptions = {}) {
      const rerun: RerunShard[] = [];
      for await (const shard of list(run, { result: ['failure', 'timeout'] }))
        rerun.push(await rerunShard(reader, shard, options));
      return Object.freeze(rerun);
    },
  });
}
