/**
 * Reads executions from the server, each call within a time limit.
 *
 * Memo fields that cannot be decoded are left out one by one: lists and look-ups need only search attributes,
 * and the client may lack the workers' data converter.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers';
import { decodeMapFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';
import { defined } from '../core/util/defined';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import type { ExecutionInfo } from './job-run';
import { toVisibilityError } from './visibility-error';

/** Time limit of one read from the server, in milliseconds. */
const RPC_TIMEOUT_MS = 10_000;
const PAGE_SIZE = 1_000;
/** First pause before a retry: 0.2 to 0.4 s, doubled each time, 3 to 6 s in all. */
const FIRST_PAUSE_MS = 200;
const MAX_TRIES = 5;

/** Runs `fn` with a deadline for the calls that it makes. */
export function withinTimeout<T>(client: Client, fn: () => Promise<T>): Promise<T> {
  return client.connection.withDeadline(Date.now() + RPC_TIMEOUT_MS, fn);
}

/**
 * Yields the executions that match the query, one page in memory at a time.
 *
 * @param errors `'asIs'`: the server's errors are thrown unchanged
 * @throws {VisibilityError} if the server's rate limit is exhausted, or the search attributes are not usable
 */
export async function* listExecutions(
  client: Client,
  query: string,
  errors?: 'asIs',
): AsyncGenerator<ExecutionInfo> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const call = () =>
      client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: PAGE_SIZE, nextPageToken });
    const page = await withinTimeout(client, () => withBackoff(call)).catch(async (error: unknown) => {
      throw errors === 'asIs' && !isLimit(error) ? error : await toVisibilityError(client, error);
    });
    for (const raw of page.executions) yield toExecutionInfo(client, raw);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length > 0);
}

/**
 * Retries calls that the rate limit refuses, on connections that do not do so themselves, until the caller's
 * deadline.
 */
async function withBackoff<T>(call: () => Promise<T>): Promise<T> {
  let refusal: unknown;
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const status = grpcStatusOf(error);
      // The deadline passed while calls were refused.
      if (status === GrpcStatus.DEADLINE_EXCEEDED && refusal !== undefined) throw refusal;
      if (status !== GrpcStatus.RESOURCE_EXHAUSTED || tries === MAX_TRIES) throw error;
      refusal = error;
      // With jitter: others were refused at the same moment.
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (1 + Math.random()));
    }
  }
}

function isLimit(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return status === GrpcStatus.RESOURCE_EXHAUSTED || status === GrpcStatus.DEADLINE_EXCEEDED;
}

/** Returns the description of the run with this id, or of the workflow's latest run. */
export async function describeExecution(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<ExecutionInfo> {
  const { namespace } = client.options;
  const execution = defined({ workflowId, runId });
  const { workflowExecutionInfo } = await withinTimeout(client, () =>
    client.workflowService.describeWorkflowExecution({ namespace, execution }),
  );
  return toExecutionInfo(client, workflowExecutionInfo ?? {});
}

/**
 * Converts an execution to the SDK's type. A memo field that cannot be decoded is `undefined`; with the SDK's own
 * list, one such field makes the whole list fail.
 */
export async function toExecutionInfo(
  client: Client,
  raw: temporal.api.workflow.v1.IWorkflowExecutionInfo,
): Promise<ExecutionInfo> {
  const { namespace, loadedDataConverter } = client.options;
  // The copy inherits the default values that the message keeps in its prototype.
  const withoutMemo: typeof raw = Object.create(raw, { memo: { value: null } });
  const info = await executionInfoFromRaw(withoutMemo, loadedDataConverter, undefined, namespace);
  return { ...info, memo: await memoOf(client, info.workflowId, raw.memo?.fields ?? {}) };
}

/** Returns the memo's values by name; `undefined` for one that cannot be decoded. */
async function memoOf(
  client: Client,
  workflowId: string,
  fields: temporal.api.common.v1.IMemo['fields'] & object,
): Promise<Record<string, unknown>> {
  const { namespace, loadedDataConverter } = client.options;
  const context = { type: 'workflow', namespace, workflowId } as const;
  const entries = Object.entries(fields).map(async ([name, payload]) => {
    const memo = await decodeMapFromPayloads(loadedDataConverter, { [name]: payload }, context).catch(
      () => undefined,
    );
    return [name, memo?.[name]] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
