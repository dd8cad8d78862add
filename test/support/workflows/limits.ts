/** Workflows that come close to the limits of a server. */
import {
  ApplicationFailure,
  condition,
  createNexusServiceClient,
  executeChild,
  patched,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';
import { operation, service } from 'nexus-rpc';

export { oneActivity } from './jobs';

/** Starts a child by the name of its type. */
export async function startsChild(): Promise<void> {
  await executeChild('oneActivity');
}

/** Schedules activities, all in one task, on a task queue without a worker. */
export async function manyActivities(count: number, bytes: number, taskQueue: string): Promise<void> {
  const { anything } = proxyActivities<{ anything(value: string): Promise<void> }>({
    taskQueue,
    startToCloseTimeout: '1 hour',
  });
  for (let i = 0; i < count; i++) void anything('x'.repeat(bytes));
  await condition(() => false);
}

/** Starts children, all in one task, on a task queue without a worker. */
export async function manyChildren(count: number, bytes: number, taskQueue: string): Promise<void> {
  for (let i = 0; i < count; i++) void startChild('anything', { taskQueue, args: ['x'.repeat(bytes)] });
  await condition(() => false);
}

/** Calls `patched` for more ids than a search attribute can list, and fails. */
export async function manyPatches(): Promise<never> {
  for (let i = 0; i < 80; i++) patched(`a patch of the user's, number ${i}`);
  throw ApplicationFailure.create({ message: 'in the end', type: 'InTheEnd' });
}

export const nothing = service('nothing', { doNothing: operation<string, string>() });

/** Calls a Nexus operation. */
export async function callsNexus(endpoint: string): Promise<string> {
  const client = createNexusServiceClient({ endpoint, service: nothing });
  return client.executeOperation('doNothing', 'done', { scheduleToCloseTimeout: '20s' });
}
