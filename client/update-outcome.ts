/**
 * The outcome of an update whose answer the client cannot decode, since it lacks the workers' data converter.
 */
import type { Client } from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { causesOf } from '../core/item-failure';
import { withinTimeout } from './listing';

/** Whether the error means that an answer has an encoding that the client's data converter cannot decode. */
export function isUnreadable(error: unknown): boolean {
  return causesOf(error).some(
    (link) => link instanceof ValueError && link.message.startsWith('Unknown encoding'),
  );
}

/**
 * Returns the outcome of the update, which the server keeps; `undefined` if the error has another reason.
 *
 * @param error the error that the SDK threw for the answer
 */
export async function outcomeOf(
  client: Client,
  workflowId: string,
  updateId: string,
  error: unknown,
): Promise<'success' | { readonly failure: string } | undefined> {
  if (!isUnreadable(error)) return undefined;
  const { outcome } = await withinTimeout(client, () =>
    client.workflowService.pollWorkflowExecutionUpdate({
      namespace: client.options.namespace,
      updateRef: { workflowExecution: { workflowId }, updateId },
    }),
  );
  return outcome?.failure ? { failure: outcome.failure.message ?? '' } : 'success';
}
