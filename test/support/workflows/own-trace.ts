/** Workflows that start children in traces of their own, and those children. */
import { continueAsNew, executeChild, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import { jobInfo, ownTrace } from 'temporal-job-tracing/workflow';
import type * as activities from '../activities';
import type { Told } from './kinds';

const { callDownstream, tellJobInfo } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** Continues as new as many times; returns what its last run has of its job. */
export async function longLived(continuations: number, greeting = ''): Promise<Told & { greeting: string }> {
  const { baggage } = JSON.parse(await callDownstream()) as { baggage?: string };
  if (continuations > 0) return continueAsNew<typeof longLived>(continuations - 1, greeting);
  return { workflow: jobInfo(), activity: await tellJobInfo(), baggage, greeting };
}

/** Starts it in a trace of its own and does work of its own meanwhile. */
export async function startsLongLived(continuations: number): Promise<Told & { greeting: string }> {
  const workflowId = `${workflowInfo().workflowId}-own`;
  const child = await startChild(longLived, { ...ownTrace(), workflowId, args: [continuations, 'hello'] });
  await callDownstream();
  return child.result();
}

/** Without arguments, and by the name of its type. */
export async function withoutArguments(): Promise<void> {
  await executeChild('short', { ...ownTrace(), workflowId: `${workflowInfo().workflowId}-own` });
  await executeChild(short, { ...ownTrace(), workflowId: `${workflowInfo().workflowId}-other` });
}

export async function short(): Promise<void> {
  await callDownstream();
}
