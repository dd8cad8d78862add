/**
 * The shop's nightly job: a plain workflow without tracing code.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { createActivities } from './activities';

export { jobTick, scheduledJob } from 'temporal-job-tracing/workflows';

const { findUsersWithOrders, summariseOrders, saveUserTotals } = proxyActivities<
  ReturnType<typeof createActivities>
>({ startToCloseTimeout: '30 seconds', retry: { maximumAttempts: 3 } });

/** Sums up each user's orders and saves the total on the user. Returns the number of users. */
export async function nightlyJob(): Promise<number> {
  const logins = await findUsersWithOrders();
  const totals = await summariseOrders(logins);
  const { saved } = await saveUserTotals(totals);
  return saved;
}
