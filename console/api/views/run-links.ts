/**
 * The links from a run's page to other runs and pages.
 */
import { RETRY_IN_PROGRESS } from '../../../core/temporal-api';
import { defined } from '../../../core/util/defined';
import type { RunSummary } from '../../store/index';
import type { FoundRun } from '../../temporal/execution';
import type { HistoryEvent } from '../../timeline/history-event';
import type { RunLink, RunLinks } from '../../types';
import type { ConsoleData } from '../console-data';
import type { RunData } from './run-data';

export async function runLinks(
  data: ConsoleData,
  { run, namespace, events }: RunData,
  traceUrl: string | undefined,
): Promise<RunLinks> {
  const { previous, next } = await data.index.neighbours(run, run.startedAt).catch(() => ({}) as Neighbours);
  const open = [...namespace.poller.openRuns.values()]
    .filter((other) => other.job === run.job && other.startedAt > run.startedAt && other.dueAt <= Date.now())
    .sort((a, b) => a.startedAt - b.startedAt);
  const [firstOpen] = open;
  const nextLink = next ?? firstOpen;
  const parent = parentLink(events, namespace.name, run.trigger);
  const webUi = data.webUi && webUiLink(data.webUi, namespace.name, run.workflowId, run.runId);
  return {
    attempts: attemptLinks(events, namespace.name),
    ...defined({
      webUi,
      trace: traceUrl,
      previous: previous && linkTo(previous, 'the run before'),
      next: nextLink && linkTo(nextLink, 'the run after'),
      parent,
    }),
  };
}

interface Neighbours {
  readonly previous?: RunSummary;
  readonly next?: RunSummary;
}

function webUiLink(webUi: string, namespace: string, workflowId: string, runId: string): string {
  const path = [namespace, 'workflows', workflowId, runId].map(encodeURIComponent).join('/');
  return `${webUi}/namespaces/${path}/history`;
}

function linkTo({ runId, namespace, state, startedAt }: FoundRun, text: string): RunLink {
  return { runId, namespace, startedAt, text, state };
}

/** Returns links to the adjacent attempts that the history names. */
function attemptLinks(events: readonly HistoryEvent[], namespace: string): RunLink[] {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const last = events.at(-1);
  const failed =
    last?.workflowExecutionFailedEventAttributes ?? last?.workflowExecutionTimedOutEventAttributes;
  const attempt = started?.attempt ?? 1;
  const links: RunLink[] = [];
  if (attempt > 1 && started?.continuedExecutionRunId)
    links.push({ runId: started.continuedExecutionRunId, namespace, text: `attempt ${attempt - 1}` });
  if (failed?.retryState === RETRY_IN_PROGRESS && failed.newExecutionRunId)
    links.push({ runId: failed.newExecutionRunId, namespace, text: `attempt ${attempt + 1}` });
  const continued = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  if (continued) links.push({ runId: continued, namespace, text: 'continued as new' });
  return links;
}

/**
 * Returns the link to the parent of a child or shard. The parent of a `scheduledJob`'s run is its tick, which
 * has no page.
 */
function parentLink(
  events: readonly HistoryEvent[],
  namespace: string,
  trigger: string | undefined,
): RunLink | undefined {
  const parent = events[0]?.workflowExecutionStartedEventAttributes?.parentWorkflowExecution;
  if (!parent?.runId || (trigger !== 'child' && trigger !== 'shard')) return undefined;
  return { runId: parent.runId, namespace, text: `${trigger} of ${parent.workflowId}` };
}
