/** A workflow whose calls fail in every way that a call can: it catches them all and knows nothing of tracing. */
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
      // Neither is asked for any more: the scope is cancelled.
      await startChild(quiet).catch(() => {});
      await migrateAccount(1);
    })
    .catch(() => {});
}

export async function quiet(): Promise<void> {}

/** Fails by its activity. */
export async function failsByActivity(): Promise<void> {
  await migrateAccount(-1);
}
