/** A workflow that starts another through Nexus. */
import { createNexusServiceClient } from '@temporalio/workflow';
import { operation, service } from 'nexus-rpc';

export { oneActivity } from './jobs';

/** A Nexus service that starts workflow `oneActivity` with the workflow id of its input. */
export const jobService = service('jobs', { runJob: operation<string, string>() });

export async function callsNexus(endpoint: string, workflowId: string): Promise<string> {
  const client = createNexusServiceClient({ endpoint, service: jobService });
  return client.executeOperation('runJob', workflowId, { scheduleToCloseTimeout: '20s' });
}
