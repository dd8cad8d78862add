/** The workflows of a worker's first version. */
import { condition, defineSignal, setHandler, setWorkflowOptions } from '@temporalio/workflow';
import { type MapReduceOutcome, mapReduce } from 'temporal-job-tracing/workflow';

export { jobTick, mapReduceBranch, scheduledJob } from 'temporal-job-tracing/workflows';

export async function version(): Promise<string> {
  return 'one';
}

/** One shard, on whatever version is current. */
export async function upgraded(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, upgraded);

/** The same on the version that it was begun with. */
export async function pinned(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}
setWorkflowOptions({ versioningBehavior: 'PINNED' }, pinned);

/** The same as the worker's default is. */
export async function byDefault(): Promise<MapReduceOutcome<unknown>> {
  return mapReduce({ count: 1, shardSize: 1, map: waits });
}

/** Waits for the signal `go`. */
export async function waits(): Promise<void> {
  let isTold = false;
  setHandler(defineSignal('go'), () => {
    isTold = true;
  });
  await condition(() => isTold);
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, waits);
