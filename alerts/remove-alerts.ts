/**
 * Ends the watcher of a namespace and all incidents: nothing of alerts is left that runs.
 */
import { Client, type ConnectionLike } from '@temporalio/client';
import { GrpcStatus, grpcStatusOf } from '../client/grpc-status';
import { listExecutions, quoted, withinTimeout } from '../client/listing';
import { AlertWorkflow, WATCHER_ID } from './names';

const REASON = 'watch --remove';

/** @returns how many workflows were ended */
export async function removeAlerts(connection: ConnectionLike, namespace: string): Promise<number> {
  const client = new Client({ connection, namespace });
  const types = Object.values(AlertWorkflow).map(quoted).join(', ');
  // The watcher first: it starts incidents.
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
      const isGone =
        grpcStatusOf(error) === GrpcStatus.NOT_FOUND || (error as Error).name === 'WorkflowNotFoundError';
      if (!isGone) throw error;
    }
  }
  return ended;
}
