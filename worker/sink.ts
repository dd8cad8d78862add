/**
 * Host side of the sandbox's sink: spans go on to the export; a run's task failure waits for its root span.
 *
 * Called before the workflow task's completion is sent, so it must be quick and must not throw.
 */
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { PayloadConverter } from '@temporalio/common';
import type { InjectedSinks } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { RunEnd } from '../core/run-end';
import type { DroppedSpans, EventRecord, Ignored, JobTracingSinks, SpanRecord } from '../core/span-record';
import { TRACE_HEADER } from '../core/trace-header';
import { rootSpanIdOfRun } from '../core/trace-id';
import { BoundedMap, BoundedSet } from '../core/util/bounded-map';
import type { OnceLog } from '../core/util/once-log';
import { describeCall, describeRun, resultOf } from '../export/describe';
import { toReadableSpan } from '../export/readable-span';
import { runStarted } from '../export/run-started';
import type { HostHint } from '../sampling/host-hint';
import { isUnsampled } from '../sampling/new-run';
import type { JobMetrics } from './metrics';
import type { RunDecisions } from './run-decisions';

/** Receiver of finished workflow spans. */
export interface SpanTarget {
  readonly resource: Resource;
  /** Exports a finished span. Never throws. */
  onEnd(span: ReadableSpan): void;
}

/** Most runs that are remembered; beyond that the oldest is dropped. */
const MAX_RUNS = 1_000;

const ADVICE = `Look at what writes the header '${TRACE_HEADER}' there`;
/** Log lines for what the sandbox ignored: the effect, and what to do. */
const IGNORED = Object.freeze({
  'start header': ['The trace header of a start', `the run is not linked to its caller. ${ADVICE}`],
  'child header': ['The trace header of a child workflow', `the child is not traced. ${ADVICE}`],
  'signal header': ['The trace header of a signal', `its handler is not linked to the sender. ${ADVICE}`],
  'update header': ['The trace header of an update', `its handler is not linked to the caller. ${ADVICE}`],
  run: ['A run', 'it is not traced'],
  SDK: ['A run', 'it is not traced'],
  baggage: [
    'Baggage of a run',
    "the next calls carry the job's own entries alone, or none. Start the run with less baggage",
  ],
  task: [
    'The trace of the calls of a workflow task',
    'the activities and children that it starts are not in the trace of their run. Start fewer of them in one task',
  ],
} satisfies Record<Ignored, readonly [subject: string, effect: string]>);

/** Dependencies of the sink. */
export interface SinkParts {
  /** Returns the receiver of spans; `undefined` before the worker runs, and if workflow spans are off. */
  readonly target: () => SpanTarget | undefined;
  readonly decisions: RunDecisions;
  readonly metrics: JobMetrics;
  /** Runs that are not sampled according to the host hint: they did not call the host, and are counted as they end. */
  readonly unsampled?: HostHint['unsampled'];
  /** Returns the converter for encoded failures; `undefined` before the worker runs. */
  readonly converter?: () => PayloadConverter | undefined;
  /** Called when user code has failed a workflow task. */
  readonly onTaskFailed?: (runId: string) => void;
  readonly log: OnceLog;
}

/** Returns the sink of one worker. */
export function createSink({
  target,
  decisions,
  metrics,
  unsampled,
  converter,
  onTaskFailed,
  log,
}: SinkParts): InjectedSinks<JobTracingSinks> {
  /** First task failure of each run, until its root span is exported. */
  const taskFailures = new BoundedMap<string, EventRecord>(MAX_RUNS);
  /** Runs whose end is counted. */
  const ended = new BoundedSet<string>(MAX_RUNS);

  function countEnd(info: WorkflowInfo, end: RunEnd, hasSpans: boolean): void {
    const { runId } = info;
    const { origin, counted, startMs, endMs } = end;
    if (!counted) return;
    if (!hasSpans && isUnsampled(info, unsampled)) metrics.decided(runId, origin.jobName, false, 'default');
    const result = resultOf(end);
    if (result === undefined) return;
    // The server refuses a final command if an event came in between; it is then sent again.
    if (!ended.has(runId))
      metrics.ended({ job: origin.jobName, trigger: origin.trigger, result, durationMs: endMs - startMs });
    ended.add(runId);
  }

  function reportDropped({ workflowId, runId }: WorkflowInfo, { job, count }: DroppedSpans): void {
    metrics.spansDropped(job, count);
    log.warn(
      'dropped-spans',
      `A task of a run made more than 2,000 spans, and ${count} are missing in its trace (job.dropped_spans on its root, ` +
        'metric job.spans.dropped). Do less in one task, or make fewer spans in workflow code',
      { workflowId, runId },
    );
  }

  /** Returns the root span with the attributes that only the host can add. */
  function completeRoot(root: SpanRecord, info: WorkflowInfo, end: RunEnd | undefined): SpanRecord {
    const { runId } = info;
    const failure = taskFailures.get(runId);
    taskFailures.delete(runId);
    const withFailure = failure ? withEvent(root, failure) : root;
    const described = end ? describeRun(withFailure, info, end, converter?.()) : withFailure;
    return withRate(described, decisions.find(runId));
  }

  /**
   * Exports a span with the trace's sampling threshold in its trace state, including those of ordinary
   * children.
   */
  function send(to: SpanTarget, span: SpanRecord, isRoot: boolean): void {
    const traceState = span.traceState ?? decisions.traceState(span.traceId);
    to.onEnd(toReadableSpan(traceState ? { ...span, traceState } : span, to.resource, isRoot));
  }

  return {
    jobTracing: {
      begun: {
        fn(info, root, origin) {
          const to = target();
          if (to) send(to, runStarted(info, root, origin), false);
        },
      },
      report: {
        fn(info, spans, end, dropped) {
          if (dropped) reportDropped(info, dropped);
          if (end) countEnd(info, end, spans.length > 0);
          const to = target();
          if (!to || spans.length === 0) return;
          const rootSpanId = rootSpanIdOfRun(info.runId);
          for (const span of spans) {
            if (span.spanId === rootSpanId) send(to, completeRoot(span, info, end), true);
            else send(to, describeCall(span, converter?.()), false);
          }
        },
      },
      taskFailed: {
        fn({ runId }, { type, message }) {
          onTaskFailed?.(runId);
          // The same task failed again when it was retried.
          if (taskFailures.has(runId)) return;
          const attributes = { 'exception.type': type, 'exception.message': message };
          taskFailures.set(runId, { name: 'workflow.task.failed', timeMs: Date.now(), attributes });
        },
      },
      ignored: {
        fn({ workflowId, runId }, ignored, why) {
          const [subject, effect] = IGNORED[ignored];
          const message = `${subject} was ignored: ${why}; ${effect}`;
          log.warn(`ignored:${ignored}`, message, { workflowId, runId });
        },
      },
    },
  };
}

function withEvent(span: SpanRecord, event: EventRecord): SpanRecord {
  return { ...span, events: [event, ...span.events] };
}

/** Adds the ratio and rule to a root, which only the worker that decided has. */
function withRate(root: SpanRecord, decision: ReturnType<RunDecisions['find']>): SpanRecord {
  if (decision === undefined) return root;
  const { ratio, pattern = 'default' } = decision;
  const rate = { 'job.sampling.rate': ratio, 'job.sampling.rule': pattern };
  return { ...root, attributes: { ...root.attributes, ...rate } };
}
