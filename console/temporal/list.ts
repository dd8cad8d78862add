/**
 * Lists executions up to a limit, one call for each thousand. The calls are counted and limited by `TemporalCalls`, so
 * this does not retry, unlike the typed client's list.
 */
import type { Client } from '@temporalio/client';
import type { ExecutionInfo } from '../../client/job-run';
import { toExecutionInfo } from '../../client/listing';

const PAGE_SIZE = 1_000;

/** The listed executions. */
export interface Listed {
  readonly executions: readonly ExecutionInfo[];
  /** Whether more executions match. */
  readonly isCut: boolean;
}

/**
 * Lists executions in the server's order. Rejects as the calls do.
 *
 * @param max most executions to list
 */
export async function listExecutions(client: Client, query: string, max: number): Promise<Listed> {
  const executions: ExecutionInfo[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      pageSize: Math.min(PAGE_SIZE, max - executions.length),
      ...(nextPageToken && { nextPageToken }),
    });
    for (const raw of page.executions ?? []) executions.push(await toExecutionInfo(client, raw));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken && executions.length < max);
  return { executions, isCut: nextPageToken !== undefined };
}
