/** The workflows of the first version of a worker deployment. */
import { condition, defineSignal, setHandler, setWorkflowOptions } from '@temporalio/workflow';
import { type MapReduceOutcome, mapReduce } from 'temporal-job-tracing/workflow';

export { jobTick, mapReduceBranch, scheduledJob } from 'temporal-job-tracing/workflows';

export async function version(): Promise<string> {
  return 'one';
}

/** Runs one shard, on the current version. */
export async function upgraded(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, upgraded);

/** Runs one shard, on the version on which the run started. */
export async function pinned(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}
setWorkflowOptions({ versioningBehavior: 'PINNED' }, pinned);

/** Runs one shard, with the worker's default versioning behaviour. */
export async function byDefault(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}

/** Waits for the signal `go`. */
export async function waits(): Promise<void> {
  let isSignalled = false;
  setHandler(defineSignal('go'), () => {
    isSignalled = true;
  });
  await condition(() => isSignalled);
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, waits);
