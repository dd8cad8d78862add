/**
 * A workflow that catches the failures of its calls, which fail in every possible way; without any code for tracing.
 */
import {
  CancellationScope,
  executeChild,
  proxyActivities,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { migrateAccount, callDownstreamLate } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
});
const hurried = proxyActivities<typeof activities>({
  startToCloseTimeout: '200ms',
  retry: { maximumAttempts: 1 },
});

export async function failingCalls(): Promise<void> {
  await migrateAccount(-1).catch(() => {});
  await hurried.callDownstreamLate().catch(() => {});
  const child = { workflowId: `${workflowInfo().workflowId}-child` };
  await executeChild(quiet, child);
  await startChild(quiet, { ...child, workflowIdReusePolicy: 'REJECT_DUPLICATE' }).catch(() => {});
  const scope = new CancellationScope();
  await scope
    .run(async () => {
      const running = callDownstreamLate();
      scope.cancel();
      await running.catch(() => {});
      // Neither call is scheduled: the scope is cancelled.
      await startChild(quiet).catch(() => {});
      await migrateAccount(1);
    })
    .catch(() => {});
}

export async function quiet(): Promise<void> {}

/** Fails because its activity fails. */
export async function failsByActivity(): Promise<void> {
  await migrateAccount(-1);
}
