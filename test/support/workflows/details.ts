/** Workflows that set their current details. */
import { getCurrentDetails, setCurrentDetails, sleep } from '@temporalio/workflow';

export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows';
export { oneActivity, takes, waits } from './jobs';
export { accountShard, accounts, join, mapReduceBranch } from './map-reduce';

/** Sets its details at once. */
export async function ownDetails(): Promise<void> {
  setCurrentDetails('details of the user');
  await sleep(1);
}

/** Appends a line to the current details, and returns the details before. */
export async function addedDetails(): Promise<string> {
  const before = getCurrentDetails();
  await sleep(1);
  setCurrentDetails(`${before}\n\ndetails of the user`);
  return before;
}
