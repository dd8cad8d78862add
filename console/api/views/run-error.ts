/**
 * Why a run did not succeed, from the failure in the last event of its history.
 */
import type { Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { summarizeError } from '../../../core/item-failure';
import { defined } from '../../../core/util/defined';
import { eventIdOf, type Failure, failureType, rootCause } from '../../timeline/history-event';
import type { HistoryEnd } from '../../timeline/history-reading';
import type { RunError } from '../../types';

const MAX_TEXT = 20_000;

/** Returns the error of a run; `undefined` if its history does not end with a failure. Never rejects. */
export async function runError(client: Client, end: HistoryEnd | undefined): Promise<RunError | undefined> {
  const failure = end?.failure;
  if (!failure) return undefined;
  const cause = rootCause(failure);
  const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure).catch(
    () => undefined,
  );
  const item = error && summarizeError(error).item;
  const row = rowOf(failure);
  return {
    type: failureType(cause),
    message: (cause.message ?? '').slice(0, MAX_TEXT),
    around: around(failure),
    ...defined({ item, stack: cause.stackTrace?.slice(0, MAX_TEXT) || undefined, row }),
  };
}

/** Returns the errors that wrap the innermost one, the outermost first. */
function around(failure: Failure): string[] {
  const found: string[] = [];
  for (let link = failure; link.cause; link = link.cause)
    found.push(`${failureType(link)}: ${link.message ?? ''}`);
  return found;
}

/** Returns the id of the timeline row of the activity, child or Nexus operation that failed. */
function rowOf(failure: Failure): string | undefined {
  for (let link: Failure | null | undefined = failure; link; link = link.cause) {
    const id =
      link.activityFailureInfo?.scheduledEventId ??
      link.childWorkflowExecutionFailureInfo?.initiatedEventId ??
      link.nexusOperationExecutionFailureInfo?.scheduledEventId;
    if (id) return `e${eventIdOf(id)}`;
  }
  return undefined;
}
