/**
 * Reads lists of executions from visibility, each page within a time limit.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';

/** Bound of one look at the server. */
const RPC_TIMEOUT_MS = 10_000;
const PAGE_SIZE = 1_000;

/** Runs `look` with a deadline for the calls that it makes. */
export function withinTimeout<T>(client: Client, look: () => Promise<T>): Promise<T> {
  return client.connection.withDeadline(Date.now() + RPC_TIMEOUT_MS, look);
}

/** The executions that the query finds; memory holds one page at a time. */
export async function* listExecutions(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  const pages = client.workflow.list({ query, pageSize: PAGE_SIZE })[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await withinTimeout(client, () => pages.next());
    if (done) return;
    yield value;
  }
}

/** A text as visibility queries take it. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
