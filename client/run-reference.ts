/**
 * Runs as callers name them.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ExecutionInfo } from './job-run';
import { listExecutions, withinTimeout } from './listing';
import { parseRunId } from './parse-trace-id';

/** A run by its id, by a workflow handle, or by workflow id and run id (without one, the latest run). */
export type RunReference = string | { readonly workflowId: string; readonly runId?: string };

/**
 * The run as the server describes or lists it.
 *
 * @throws {TraceIdError} if the run id is not a UUID
 * @throws {WorkflowNotFoundError} if there is no such run
 */
export async function readRun(client: Client, reference: RunReference): Promise<ExecutionInfo> {
  if (typeof reference !== 'string') return withinTimeout(client, () => describeRun(client, reference));
  const runId = parseRunId(reference);
  for await (const info of listExecutions(client, `RunId = '${runId}'`)) return info;
  const { namespace } = client.options;
  throw new WorkflowNotFoundError(`no run ${runId} is listed in namespace ${namespace}`, '', runId);
}

/** The run as the server describes it. */
export function describeRun(
  client: Client,
  reference: Exclude<RunReference, string>,
): Promise<ExecutionInfo> {
  const { workflowId, runId } = reference;
  const handle =
    'describe' in reference && typeof reference.describe === 'function'
      ? (reference as { describe(): Promise<ExecutionInfo> })
      : client.workflow.getHandle(workflowId, runId);
  return handle.describe();
}
