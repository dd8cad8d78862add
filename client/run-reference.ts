/**
 * How callers identify a run.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import type { ExecutionInfo } from './job-run';
import { describeExecution, listExecutions, withinTimeout } from './listing';
import { parseRunId } from './parse-trace-id';
import { isUnreadable } from './update-outcome';

/**
 * Identifies a run: a run id, a workflow handle, or a workflow id with or without run id (without: the latest
 * run).
 */
export type RunReference = string | { readonly workflowId: string; readonly runId?: string };

/**
 * Reads the run from the server.
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

/** Reads the run's description from the server. */
export async function describeRun(
  client: Client,
  reference: Exclude<RunReference, string>,
): Promise<ExecutionInfo> {
  const { workflowId, runId } = reference;
  try {
    return await describeByReference(client, reference);
  } catch (error) {
    if (grpcStatusOf(error) !== GrpcStatus.NOT_FOUND || error instanceof WorkflowNotFoundError) throw error;
    throw notFound(`there is no run of workflow ${workflowId}`, workflowId, runId, error);
  }
}

function notFound(
  message: string,
  workflowId: string,
  runId?: string,
  cause?: unknown,
): WorkflowNotFoundError {
  return Object.assign(new WorkflowNotFoundError(message, workflowId, runId), { cause });
}

async function describeByReference(
  client: Client,
  reference: Exclude<RunReference, string>,
): Promise<ExecutionInfo> {
  const { workflowId, runId } = reference;
  if (!('describe' in reference && typeof reference.describe === 'function'))
    return describeExecution(client, workflowId, runId);
  // A handle does not expose its run id.
  const handle = reference as { describe(): Promise<ExecutionInfo> };
  return handle.describe().catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    return describeExecution(client, workflowId, runId);
  });
}
