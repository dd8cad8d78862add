/** The next release of the workflow in `broken.ts`. */
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

export async function released(when: 'at once' | 'later'): Promise<string> {
  await callDownstream();
  return when;
}
