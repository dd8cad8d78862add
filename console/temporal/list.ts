/**
 * Lists executions. A memo that cannot be decoded (a codec that the console was not given) is left out; the SDK's own list
 * would end there.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers';

type Raw = Parameters<typeof executionInfoFromRaw>[0];

const PAGE_SIZE = 1_000;

export interface Listed {
  readonly executions: readonly WorkflowExecutionInfo[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** @param max at most so many, and one call for each thousand */
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

/** An execution as the SDK has it. Never rejects for its memo. */
export async function toExecutionInfo(client: Client, raw: Raw): Promise<WorkflowExecutionInfo> {
  const { loadedDataConverter, namespace } = client.options;
  const read = (each: Raw) => executionInfoFromRaw(each, loadedDataConverter, each, namespace);
  try {
    return (await read(raw)) as WorkflowExecutionInfo;
  } catch {
    // Members that were not sent are on its prototype.
    const bare = Object.create(raw, { memo: { value: null } }) as Raw;
    return (await read(bare)) as WorkflowExecutionInfo;
  }
}
