/**
 * Lists executions. A memo that cannot be decoded, for lack of a codec, is left out; the SDK's own list would
 * fail.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers';

type Raw = Parameters<typeof executionInfoFromRaw>[0];

const PAGE_SIZE = 1_000;

export interface Listed {
  readonly executions: readonly WorkflowExecutionInfo[];
  /** Whether more executions match. */
  readonly isCut: boolean;
}

/**
 * Lists executions, one call for each thousand.
 *
 * @param max most executions to list
 */
export async function listExecutions(client: Client, query: string, max: number): Promise<Listed> {
  const executions: WorkflowExecutionInfo[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const answer = await client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      pageSize: Math.min(PAGE_SIZE, max - executions.length),
      ...(nextPageToken && { nextPageToken }),
    });
    for (const raw of answer.executions ?? []) executions.push(await toExecutionInfo(client, raw));
    nextPageToken = answer.nextPageToken?.length ? answer.nextPageToken : undefined;
  } while (nextPageToken && executions.length < max);
  return { executions, isCut: nextPageToken !== undefined };
}

/** Converts an execution to the SDK's type. A memo that cannot be decoded is left out. */
export async function toExecutionInfo(client: Client, raw: Raw): Promise<WorkflowExecutionInfo> {
  const { loadedDataConverter, namespace } = client.options;
  const read = (each: Raw) => executionInfoFromRaw(each, loadedDataConverter, each, namespace);
  try {
    return (await read(raw)) as WorkflowExecutionInfo;
  } catch {
    // Members that were not sent are on the message's prototype.
    const bare = Object.create(raw, { memo: { value: null } }) as Raw;
    return (await read(bare)) as WorkflowExecutionInfo;
  }
}
