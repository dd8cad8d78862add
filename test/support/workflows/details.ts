/** Workflows with details of their own. */
import { getCurrentDetails, setCurrentDetails, sleep } from '@temporalio/workflow';

export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows';
export { oneActivity, takes, waits } from './jobs';
export { accountShard, accounts, join, mapReduceBranch } from './map-reduce';

/** Sets its own at once. */
export async function ownDetails(): Promise<void> {
  setCurrentDetails('details of the user');
  await sleep(1);
}

/** Adds a line to what is there, and returns what was. */
export async function addedDetails(): Promise<string> {
  const before = getCurrentDetails();
  await sleep(1);
  setCurrentDetails(`${before}\n\ndetails of the user`);
  return before;
}
