/**
 * What visibility does not say of a run that has ended, read from the ends of its history: when it was due and how long
 * it waited, who started it and why, its attempt, its error, and whether it was tried again.
 */
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { errorFacts } from '../../core/item-failure';
import { readHeader } from '../../core/trace-header';
import { defined } from '../../core/util/defined';
import type { RunSummary } from '../store/index';
import { durationMsOf, type HistoryEvent, msOf } from '../timeline/history-event';
import { firstLine } from '../timeline/item';
import type { TemporalCalls } from './calls';
import { type Execution, readEvents, readLastEvent } from './read-history';

/** `RetryState` of Temporal's API: another attempt follows. */
const IN_PROGRESS = 1;
/** Start, first task scheduled, first task started. */
const FIRST_EVENTS = 3;

type Beginning = Pick<RunSummary, 'dueAt' | 'waitedMs' | 'startedBy' | 'reason' | 'attempt'>;

/** What the first events say. Pure. */
export function readBeginning(events: readonly HistoryEvent[]): Beginning {
  const [first] = events;
  const started = first?.workflowExecutionStartedEventAttributes;
  const createdMs = msOf(first?.eventTime);
  if (!started || createdMs === undefined) return {};
  const dueAt = createdMs + durationMsOf(started.firstWorkflowTaskBackoff);
  const task = events.find((event) => event.workflowTaskStartedEventAttributes);
  const taskMs = msOf(task?.eventTime);
  const isTick = Boolean(started.continuedExecutionRunId);
  const facts = isTick ? undefined : readHeader(started.header?.fields).header?.part?.facts;
  return defined({
    dueAt,
    waitedMs: taskMs === undefined ? undefined : Math.max(0, taskMs - dueAt),
    attempt: started.attempt || undefined,
    reason: facts?.reason,
    startedBy: facts?.startedBy,
  });
}

/** The run with what its history says. Rejects as the calls do. */
export async function completeSummary(calls: TemporalCalls, run: RunSummary): Promise<RunSummary> {
  const execution: Execution = run;
  const { events } = await readEvents(calls, execution, FIRST_EVENTS);
  // The nominal time of a schedule's action is visibility's.
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
  const isRetried = (failed ?? late)?.retryState === IN_PROGRESS;
  let errorLine: string | undefined;
  if (failed?.failure) {
    const error = await decodeOptionalFailureToOptionalError(
      calls.client.options.loadedDataConverter,
      failed.failure,
    );
    const { item, type, message } = errorFacts(error);
    errorLine = [item, type, message].filter(Boolean).join(': ');
  } else if (late) errorLine = 'TimeoutError: took longer than it may';
  else if (terminated) errorLine = terminated.reason || 'terminated';
  return {
    ...(errorLine !== undefined && { errorLine: firstLine(errorLine) }),
    ...(isRetried && { isListed: false }),
  };
}
