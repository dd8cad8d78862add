/** Workflows of the benchmarks: plain workflows without tracing code. */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type * as activities from '../core/activities';

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

/** A run of one activity. */
export async function oneActivity(): Promise<void> {
  await work();
}

/** A run of five activities and two children. */
export async function family(): Promise<void> {
  for (let index = 0; index < 5; index++) await work();
  await Promise.all([executeChild(oneActivity), executeChild(oneActivity)]);
}
