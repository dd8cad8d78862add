/**
 * Why a shard did not succeed. The error is not in visibility, only in the last event of the shard's history.
 */
import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { type ErrorSummary, summarizeError } from '../core/item-failure';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import { withinTimeout } from './listing';

/** `HistoryEventFilterType` of Temporal's API. */
const CLOSE_EVENT = 2;

/** Returns the error of a closed run; `undefined` if it succeeded, or if its history is gone. */
export async function errorOf(
  client: Client,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<ErrorSummary | undefined> {
  const event = await closeEvent(client, execution);
  const { failure } = event?.workflowExecutionFailedEventAttributes ?? {};
  if (failure) {
    const error = await decodeOptionalFailureToOptionalError(
      client.options.loadedDataConverter,
      failure,
    ).catch(
      // Without the workers' data converter the details cannot be decoded; the message can.
      () => new Error(failure.message ?? ''),
    );
    return summarizeError(error);
  }
  const terminated = event?.workflowExecutionTerminatedEventAttributes;
  if (terminated) return { type: 'Terminated', message: terminated.reason || 'terminated' };
  if (event?.workflowExecutionTimedOutEventAttributes)
    return { type: 'TimeoutError', message: 'the shard exceeded its timeout' };
  if (event?.workflowExecutionCanceledEventAttributes) return { type: 'Cancelled', message: 'cancelled' };
  return undefined;
}

async function closeEvent(client: Client, { workflowId, runId }: { workflowId: string; runId: string }) {
  try {
    const { history } = await withinTimeout(client, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, runId },
        historyEventFilterType: CLOSE_EVENT,
      }),
    );
    return history?.events?.at(-1);
  } catch (error) {
    if (grpcStatusOf(error) === GrpcStatus.NOT_FOUND) return;
    throw error;
  }
}
