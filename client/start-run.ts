/**
 * Starts a run with the start option `job`, on any Temporal client, with or without the plugin.
 */
import {
  type Client,
  type ConnectionLike,
  WorkflowClient,
  type WorkflowHandleWithFirstExecutionRunId,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { activeTrace, createHeaderInterceptor, isHeaderInterceptor } from '../core/start-header';
import { traceIdOfRun } from '../core/trace-id';

/** Handle to a run that was started, or was running already, with its trace ID. */
export interface StartedRun<T extends Workflow = Workflow> {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<T>;
  readonly workflowId: string;
  readonly runId: string;
  /** Trace ID of the run, 32 lower-case hex digits. */
  readonly traceId: string;
  /**
   * Whether the call started the run. `false`: with `workflowIdConflictPolicy: 'USE_EXISTING'`, a run was
   * already open and none was started. The options, `job` included, had no effect: the run was not forced.
   */
  readonly isNew: boolean;
}

/**
 * Starts the run.
 *
 * @param traceIdOf returns the trace id of a run that existed before
 * @param carryBaggage compiled option `carryBaggage`, for a Temporal client without the plugin
 */
export async function startRun<T extends Workflow>(
  { workflow: client }: Client,
  workflow: T | string,
  options: WorkflowStartOptions<T>,
  traceIdOf: (workflowId: string, runId: string) => Promise<string>,
  carryBaggage?: string,
): Promise<StartedRun<T>> {
  let isNew = true;
  const given = Array.isArray(client.options.interceptors) ? client.options.interceptors : [];
  const starter = new WorkflowClient({
    ...client.options,
    dataConverter: client.options.loadedDataConverter,
    connection: watched(client.connection, (started) => {
      isNew = started;
    }),
    // A plugin's interceptor, with the plugin's own options, is left as it is.
    interceptors: given.some(isHeaderInterceptor) ? given : [...given, createHeaderInterceptor(carryBaggage)],
  });
  const { workflowId, firstExecutionRunId: runId } = await starter.start(workflow, options);
  const joinsCaller = options.job?.trace === 'caller' ? activeTrace().span?.traceId : undefined;
  const traceId = isNew ? (joinsCaller ?? traceIdOfRun(runId)) : await traceIdOf(workflowId, runId);
  const handle = Object.assign(client.getHandle<T>(workflowId, undefined, { firstExecutionRunId: runId }), {
    firstExecutionRunId: runId,
  });
  return Object.freeze({ handle, workflowId, runId, traceId, isNew });
}

/** Wraps the connection to learn whether the server has started a run, which the SDK does not expose. */
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
