/**
 * Reads from the beginning and end of a closed run's history what visibility lacks: due time, wait, who
 * started it and why, attempt, error, and whether it was retried.
 */
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { summarizeError } from '../../core/item-failure';
import { RETRY_IN_PROGRESS } from '../../core/temporal-api';
import { readHeader } from '../../core/trace-header';
import { defined } from '../../core/util/defined';
import type { RunSummary } from '../store/index';
import { durationMsOf, type Failure, failureText, type HistoryEvent, msOf } from '../timeline/history-event';
import { firstLine } from '../timeline/item';
import type { TemporalCalls } from './calls';
import { type Execution, readEvents, readLastEvent } from './read-history';

/** Number of events up to the start of the first task. */
const FIRST_EVENTS = 3;

type Beginning = Pick<RunSummary, 'dueAt' | 'waitedMs' | 'startedBy' | 'reason' | 'attempt'>;

/** Reads the first events of a history. Pure. */
export function readBeginning(events: readonly HistoryEvent[]): Beginning {
  const [first] = events;
  const started = first?.workflowExecutionStartedEventAttributes;
  const createdMs = msOf(first?.eventTime);
  if (!started || createdMs === undefined) return {};
  const dueAt = createdMs + durationMsOf(started.firstWorkflowTaskBackoff);
  const task = events.find((event) => event.workflowTaskStartedEventAttributes);
  const taskMs = msOf(task?.eventTime);
  const isTick = Boolean(started.continuedExecutionRunId);
  const start = isTick ? undefined : readHeader(started.header?.fields).header?.jobHeader?.facts;
  return defined({
    dueAt,
    waitedMs: taskMs === undefined ? undefined : Math.max(0, taskMs - dueAt),
    attempt: started.attempt || undefined,
    reason: start?.reason,
    startedBy: start?.startedBy,
  });
}

/** Completes a run's summary from its history. Rejects as the calls do. */
export async function completeSummary(calls: TemporalCalls, run: RunSummary): Promise<RunSummary> {
  const execution: Execution = run;
  const { events } = await readEvents(calls, execution, FIRST_EVENTS);
  // Visibility has the nominal time of a Schedule's action.
  const { dueAt: _, ...beginning } = readBeginning(events);
  const hasFailed = run.state === 'failure' || run.state === 'timeout' || run.state === 'termination';
  const ending = hasFailed ? await readEnding(calls, execution) : {};
  return { ...run, ...beginning, ...ending };
}

async function readEnding(
  calls: TemporalCalls,
  execution: Execution,
): Promise<Partial<Pick<RunSummary, 'errorLine' | 'isListed'>>> {
  const event = await readLastEvent(calls, execution);
  const failed = event?.workflowExecutionFailedEventAttributes;
  const late = event?.workflowExecutionTimedOutEventAttributes;
  const terminated = event?.workflowExecutionTerminatedEventAttributes;
  const isRetried = (failed ?? late)?.retryState === RETRY_IN_PROGRESS;
  let errorLine: string | undefined;
  if (failed?.failure) errorLine = await failureLine(calls, failed.failure);
  else if (late) errorLine = 'TimeoutError: exceeded its timeout';
  else if (terminated) errorLine = terminated.reason || 'terminated';
  return defined({
    errorLine: errorLine === undefined ? undefined : firstLine(errorLine),
    isListed: isRetried ? false : undefined,
  });
}

/** Returns item, type and message of the innermost error; without the item if the details cannot be decoded. */
async function failureLine({ client }: TemporalCalls, failure: Failure): Promise<string> {
  const { loadedDataConverter } = client.options;
  const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, failure).catch(
    () => undefined,
  );
  if (!error) return failureText(failure);
  const { item, type, message } = summarizeError(error);
  return [item, type, message].filter(Boolean).join(': ');
}
