/** Another workflow with the name of the controller. */
import { sleep } from '@temporalio/workflow';

export { jobTick } from 'temporal-job-tracing/workflows';

export async function scheduledJob(): Promise<void> {
  await sleep(60_000);
}
