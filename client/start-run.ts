/**
 * Starts a run with what is to be known of its job, on any Temporal client: no plugin is needed on it.
 */
import {
  type Client,
  type ConnectionLike,
  WorkflowClient,
  type WorkflowHandleWithFirstExecutionRunId,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { activeTrace, headerInterceptor } from '../core/start-header';
import { traceIdOfRun } from '../core/trace-id';

/** A run that was started, or found. */
export interface StartedRun<T extends Workflow = Workflow> {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<T>;
  readonly workflowId: string;
  readonly runId: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /**
   * False: with `workflowIdConflictPolicy: 'USE_EXISTING'` a run was going on already, and nothing was started. What the
   * options say, `job` included, had no effect: nothing was forced.
   */
  readonly isNew: boolean;
}

/** @param traceIdOf trace id of a run that was there before */
export async function startRun<T extends Workflow>(
  { workflow: client }: Client,
  workflow: T | string,
  options: WorkflowStartOptions<T>,
  traceIdOf: (workflowId: string, runId: string) => Promise<string>,
): Promise<StartedRun<T>> {
  let isNew = true;
  const starter = new WorkflowClient({
    ...client.options,
    dataConverter: client.options.loadedDataConverter,
    connection: watched(client.connection, (started) => {
      isNew = started;
    }),
    interceptors: [
      ...(Array.isArray(client.options.interceptors) ? client.options.interceptors : []),
      headerInterceptor,
    ],
  });
  const { workflowId, firstExecutionRunId: runId } = await starter.start(workflow, options);
  const joinsCaller = options.job?.trace === 'caller' ? activeTrace().span?.traceId : undefined;
  const traceId = isNew ? (joinsCaller ?? traceIdOfRun(runId)) : await traceIdOf(workflowId, runId);
  const handle = Object.assign(client.getHandle<T>(workflowId, undefined, { firstExecutionRunId: runId }), {
    firstExecutionRunId: runId,
  });
  return Object.freeze({ handle, workflowId, runId, traceId, isNew });
}

/** The connection, which notes whether the server has started a run: the SDK does not pass that on. */
function watched(connection: ConnectionLike, onStarted: (isNew: boolean) => void): ConnectionLike {
  const service = connection.workflowService;
  const startWorkflowExecution = async (request: Parameters<typeof service.startWorkflowExecution>[0]) => {
    const response = await service.startWorkflowExecution(request);
    onStarted(response.started);
    return response;
  };
  const workflowService = Object.create(service, {
    startWorkflowExecution: { value: startWorkflowExecution },
  });
  return new Proxy(connection, {
    get: (target, name) => (name === 'workflowService' ? workflowService : Reflect.get(target, name, target)),
  });
}
