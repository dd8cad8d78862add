/** Workflows that start children in traces of their own, and those children. */
import { continueAsNew, executeChild, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import { jobInfo, ownTrace } from 'temporal-job-tracing/workflow';
import type * as activities from '../activities';
import type { ReportedJobInfo } from './kinds';

const { callDownstream, getJobInfo } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** Continues as new this many times; the last run returns its job info. */
export async function longLived(
  continuations: number,
  greeting = '',
): Promise<ReportedJobInfo & { greeting: string }> {
  const { baggage } = JSON.parse(await callDownstream()) as { baggage?: string };
  if (continuations > 0) return continueAsNew<typeof longLived>(continuations - 1, greeting);
  return { workflow: jobInfo(), activity: await getJobInfo(), baggage, greeting };
}

/** Starts {@link longLived} in a trace of its own, and calls the downstream service meanwhile. */
export async function startsLongLived(
  continuations: number,
): Promise<ReportedJobInfo & { greeting: string }> {
  const workflowId = `${workflowInfo().workflowId}-own`;
  const child = await startChild(longLived, { ...ownTrace(), workflowId, args: [continuations, 'hello'] });
  await callDownstream();
  return child.result();
}

/** Starts a child without arguments, by the name of its type and by its function. */
export async function withoutArguments(): Promise<void> {
  await executeChild('short', { ...ownTrace(), workflowId: `${workflowInfo().workflowId}-own` });
  await executeChild(short, { ...ownTrace(), workflowId: `${workflowInfo().workflowId}-other` });
}

export async function short(): Promise<void> {
  await callDownstream();
}
