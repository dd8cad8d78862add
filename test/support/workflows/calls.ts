/** A workflow that calls activities by their names, one after the other. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';

type Activities = Record<string, (argument: unknown) => Promise<unknown>>;

const activities = proxyActivities<Activities>({ startToCloseTimeout: '30s', retry: { maximumAttempts: 3 } });
const localActivities = proxyLocalActivities<Activities>({ startToCloseTimeout: '30s' });

/** An activity's name and its argument. */
export type Call = readonly [activity: string, argument: unknown];

export async function calls(all: readonly Call[], isLocal = false): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [name, argument] of all)
    results.push(await (isLocal ? localActivities : activities)[name]?.(argument));
  return results;
}
