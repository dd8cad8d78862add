/**
 * Whether the server accepts our search attributes in an upsert. It lists new attributes some seconds before
 * its other services accept them, and until then refuses every workflow task that upserts them.
 *
 * Probed with a workflow of our own, without a worker: it is started, completed and deleted at once.
 */
import { randomUUID } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { SEARCH_ATTRIBUTES } from '../core/search-attributes';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import type { SearchAttributesConnection } from './search-attributes';

const TYPE = 'temporal-job-tracing-probe';
/** Time limit of each call to the server, in milliseconds. */
const TIMEOUT_MS = 3_000;
/** Time limit of the workflow, in milliseconds: it ends even if this process is lost. */
const EXECUTION_TIMEOUT_MS = 10_000;
/** `COMMAND_TYPE_…` of Temporal's API. */
const COMMAND = { completeWorkflow: 4, upsertSearchAttributes: 13 } as const;

/**
 * Probes the server once. Never rejects.
 *
 * @returns `undefined` if this is unknown: the caller may not start workflows, or the server does not answer
 */
export async function acceptsUpserts(
  connection: SearchAttributesConnection,
  namespace: string,
): Promise<boolean | undefined> {
  const { workflowService } = connection;
  const id = `${TYPE}-${randomUUID()}`;
  const within = <T>(fn: () => Promise<T>) => connection.withDeadline(Date.now() + TIMEOUT_MS, fn);
  const identity = TYPE;
  let runId: string | undefined;
  try {
    const started = await within(() =>
      workflowService.startWorkflowExecution({
        namespace,
        identity,
        requestId: id,
        workflowId: id,
        workflowType: { name: TYPE },
        taskQueue: { name: id },
        workflowExecutionTimeout: msNumberToTs(EXECUTION_TIMEOUT_MS),
      }),
    );
    runId = started.runId;
    const { taskToken } = await within(() =>
      workflowService.pollWorkflowTaskQueue({ namespace, identity, taskQueue: { name: id } }),
    );
    if (!taskToken?.length) return undefined;
    await within(() =>
      workflowService.respondWorkflowTaskCompleted({ namespace, identity, taskToken, commands: commands() }),
    );
    return true;
  } catch (error) {
    return grpcStatusOf(error) === GrpcStatus.INVALID_ARGUMENT ? false : undefined;
  } finally {
    if (runId !== undefined) {
      const workflowExecution = { workflowId: id, runId };
      await within(() => workflowService.deleteWorkflowExecution({ namespace, workflowExecution })).catch(
        () => {},
      );
    }
  }
}

function commands() {
  const indexedFields = Object.fromEntries(
    Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [
      name,
      type === 'BOOL' ? payloadOf(false, 'Bool') : payloadOf(TYPE, 'Keyword'),
    ]),
  );
  return [
    {
      commandType: COMMAND.upsertSearchAttributes,
      upsertWorkflowSearchAttributesCommandAttributes: { searchAttributes: { indexedFields } },
    },
    { commandType: COMMAND.completeWorkflow, completeWorkflowExecutionCommandAttributes: {} },
  ];
}

function payloadOf(value: unknown, type: string): Payload {
  const bytes = (text: string) => Buffer.from(text);
  return {
    metadata: { encoding: bytes('json/plain'), type: bytes(type) },
    data: bytes(JSON.stringify(value)),
  };
}

/** Whether a run of the namespace has our attributes, which shows that they were accepted. Never rejects. */
export async function hasBoundRuns(
  connection: SearchAttributesConnection,
  namespace: string,
): Promise<boolean> {
  const count = () =>
    connection.workflowService.countWorkflowExecutions({ namespace, query: 'TraceId IS NOT NULL' });
  try {
    return Number((await connection.withDeadline(Date.now() + TIMEOUT_MS, count)).count) > 0;
  } catch {
    return false;
  }
}
