/**
 * Reads histories and descriptions of runs, and decodes encoded failures.
 */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { type Failure, type HistoryEvent, isEnd } from '../timeline/history-event';
import type { TemporalCalls } from './calls';
import { decodeFailures } from './decode-failures';

/** Most events that are read of a history. */
export const MAX_EVENTS = 10_000;
const PAGE_SIZE = 1_000;

export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

export interface ReadHistory {
  readonly events: readonly HistoryEvent[];
  /** Whether the history has more events, of which at most the last one is read. */
  readonly isCut: boolean;
}

/**
 * Reads the run's history from its beginning. Rejects as the call does, with NOT_FOUND if the history is
 * gone.
 */
export async function readEvents(
  calls: TemporalCalls,
  execution: Execution,
  maxEvents = MAX_EVENTS,
): Promise<ReadHistory> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const token = nextPageToken;
    const answer = await calls.call((client) =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: calls.namespace,
        execution,
        maximumPageSize: Math.min(PAGE_SIZE, maxEvents - events.length),
        ...(token && { nextPageToken: token }),
      }),
    );
    events.push(...(answer.history?.events ?? []));
    nextPageToken = answer.nextPageToken;
  } while (nextPageToken?.length && events.length < maxEvents);
  await decodeFailures(calls.client, events);
  return { events, isCut: (nextPageToken?.length ?? 0) > 0 };
}

/**
 * Reads the run's history from its beginning, and of a longer one that has ended its last event as well, which
 * shows how it ended. Rejects as {@link readEvents} does.
 */
export async function readRunEvents(
  calls: TemporalCalls,
  execution: Execution,
  maxEvents = MAX_EVENTS,
): Promise<ReadHistory> {
  const read = await readEvents(calls, execution, maxEvents);
  if (!read.isCut) return read;
  const last = await readLastEvent(calls, execution).catch(() => undefined);
  return last && isEnd(last) ? { ...read, events: [...read.events, last] } : read;
}

/** Reads the last event of a run. */
export async function readLastEvent(
  calls: TemporalCalls,
  execution: Execution,
  options: { readonly isBackground?: boolean } = {},
): Promise<HistoryEvent | undefined> {
  const { history } = await calls.call(
    (client) =>
      client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: calls.namespace,
        execution,
        maximumPageSize: 1,
      }),
    options,
  );
  const event = history?.events?.[0];
  if (event) await decodeFailures(calls.client, [event]);
  return event;
}

export type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

/** Reads the server's description of a run. */
export async function describeRun(calls: TemporalCalls, execution: Execution): Promise<Description> {
  const description = await calls.call((client) =>
    client.workflowService.describeWorkflowExecution({ namespace: calls.namespace, execution }),
  );
  const failures = (description.pendingActivities ?? []).flatMap(({ lastFailure }) => lastFailure ?? []);
  await decodeAll(calls.client, failures);
  return description;
}

async function decodeAll(client: Client, failures: readonly Failure[]): Promise<void> {
  await decodeFailures(
    client,
    failures.map((failure) => ({ activityTaskFailedEventAttributes: { failure } })),
  );
}
