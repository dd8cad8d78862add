/**
 * Terminates the watcher and all incidents of a namespace.
 */
import { Client, type ConnectionLike } from '@temporalio/client';
import { isNotFound } from '../client/grpc-status';
import { listExecutions, withinTimeout } from '../client/listing';
import { quoted } from '../core/visibility-query';
import { AlertWorkflow, WATCHER_ID } from './names';

const REASON = 'watch --remove';

/**
 * Terminates all alert workflows of the namespace.
 *
 * @returns the number of terminated workflows
 */
export async function removeAlerts(connection: ConnectionLike, namespace: string): Promise<number> {
  const client = new Client({ connection, namespace });
  const types = Object.values(AlertWorkflow).map(quoted).join(', ');
  // The watcher first, since it starts incidents.
  const ids = new Set([WATCHER_ID]);
  let ended = 0;
  for await (const { workflowId } of listExecutions(
    client,
    `ExecutionStatus = 'Running' AND WorkflowType IN (${types})`,
  ))
    ids.add(workflowId);
  for (const workflowId of ids) {
    try {
      await withinTimeout(client, () => client.workflow.getHandle(workflowId).terminate(REASON));
      ended++;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return ended;
}
