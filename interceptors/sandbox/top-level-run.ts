/**
 * A top-level run: it has a trace of its own, and asks its history, or the host, for the decision.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws. A workflow command may depend only
 * on the decision (our markers), never on a header.
 */
import type { coresdk } from '@temporalio/proto';
import { patched, type WorkflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import type { JobOrigin } from '../../core/job-context';
import { type JobFacts, standingFacts } from '../../core/job-facts';
import { jobNameOf, keywordOf } from '../../core/job-name';
import type { SandboxOptions } from '../../core/sandbox-options';
import { scheduledMsOf } from '../../core/scheduled-time';
import type { JobTrigger } from '../../core/search-attributes';
import type { LinkRecord } from '../../core/span-record';
import type { JobPart, TraceHeader } from '../../core/trace-header';
import { rootSpanIdOfRun, traceIdOfRun } from '../../core/trace-id';
import type { SpanRef } from '../../core/traceparent';
import { defined } from '../../core/util/defined';
import {
  ABSENT,
  type Answer,
  askFor,
  decisionOf,
  type Given,
  RECORDED_IDS,
  type SamplingReason,
} from '../../sampling/markers';
import { linksTo } from './links';
import type { RunTrace } from './run';

/** `ContinueAsNewInitiator` of Temporal's API. */
const INITIATOR = { none: 0, continueAsNew: 1, retry: 2, cron: 3 } as const;

export function readTopLevel(
  info: WorkflowInfo,
  init: coresdk.workflow_activation.IInitializeWorkflow,
  signals: readonly string[],
  header: TraceHeader,
  options: SandboxOptions,
): { readonly origin: JobOrigin; readonly trace?: RunTrace; readonly counted: boolean } {
  // The server calls a cron's first run a tick, too: it is a start, with a header of its own.
  const initiator = info.continuedFromExecutionRunId
    ? Number(init.continuedInitiator ?? INITIATOR.none)
    : INITIATOR.none;
  const part = partFor(initiator, header.part);
  const caller = initiator === INITIATOR.none ? header.span : undefined;
  const joined = part?.kind === 'start' && part.joinCaller === true && caller !== undefined;
  const given =
    forcedBy(info, initiator, part, signals, options) ??
    inheritedFrom(initiator, part, joined ? caller : undefined);
  const origin = {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: triggerOf(info, initiator, part, given),
    facts: factsOf(info, initiator, header.part, part),
  };
  const { decision, answered: counted } = info.unsafe.isReplaying
    ? recall()
    : askFor(info, given, options.bind, patched, getActivator().registeredActivityNames);
  if (!decision) return { origin, counted };
  const reason = decision.reason ?? (decision.sampled && given ? reasonOf(given) : undefined);
  const trace: RunTrace = {
    kind: 'top',
    root: {
      traceId: joined ? caller.traceId : traceIdOfRun(info.originalExecutionRunId),
      spanId: rootSpanIdOfRun(info.runId),
      sampled: decision.sampled,
    },
    parentSpanId: joined ? caller.spanId : undefined,
    links: linksOf(info, initiator, header, joined ? undefined : caller),
    bound: decision.bound,
    announces: !!given && !joined,
    reason,
    joined,
  };
  return { origin, trace, counted };
}

/** A later tick of a cron has its start's header: only what holds for the whole job is taken from it. */
function factsOf(
  info: WorkflowInfo,
  initiator: number,
  given: JobPart | undefined,
  part: JobPart | undefined,
): JobFacts {
  const facts = initiator === INITIATOR.cron ? standingFacts(given?.facts ?? {}) : part?.facts;
  return defined({ ...facts, scheduledMs: facts?.scheduledMs ?? scheduledMsOf(info) });
}

/** Whether a person started this run, or asked for this tick. */
function forcedBy(
  info: WorkflowInfo,
  initiator: number,
  part: JobPart | undefined,
  signals: readonly string[],
  options: SandboxOptions,
): Given {
  const isStart = initiator === INITIATOR.none;
  const isAccepted = part?.kind === 'start' ? options.acceptForcedStart : options.acceptForcedJob;
  if (isStart && (part?.kind === 'start' || part?.kind === 'top') && part.forced && isAccepted)
    return { forced: 'manual' };
  if (!options.acceptForcedSignal || !signals.includes(options.runNowSignal)) return undefined;
  // A cron workflow that waits for its tick gets its signals together with that tick.
  if (info.cronSchedule) return { forced: 'signal' };
  return isStart ? { forced: 'manual' } : undefined;
}

/** Only a continuation inherits, or a run in its caller's trace: ticks and attempts decide anew. */
function inheritedFrom(initiator: number, part: JobPart | undefined, caller: SpanRef | undefined): Given {
  if (caller) return { inherited: { sampled: caller.sampled } };
  const isContinuation = initiator === INITIATOR.continueAsNew && part?.kind === 'continued';
  return isContinuation ? { inherited: { sampled: part.sampled } } : undefined;
}

/** A start's header is copied to later ticks, attempts and continuations: which part still holds for this run. */
function partFor(initiator: number, part: JobPart | undefined): JobPart | undefined {
  if (initiator === INITIATOR.cron) return undefined;
  return initiator === INITIATOR.continueAsNew && part?.kind !== 'continued' ? undefined : part;
}

/** The decision that the history of a replayed run holds; `undefined`: it was begun without the plugin. */
function recall(): Answer {
  // `patched` is true here only for markers in the history, and repeats their commands: in the order of `askFor`.
  const id = RECORDED_IDS.find(patched);
  if (patched(ABSENT)) return { answered: false };
  return { decision: decisionOf(id), answered: true };
}

function reasonOf(given: NonNullable<Given>): SamplingReason {
  return 'forced' in given ? given.forced : 'inherited';
}

function triggerOf(
  info: WorkflowInfo,
  initiator: number,
  part: JobPart | undefined,
  given: Given,
): JobTrigger {
  if (info.cronSchedule) return 'cron';
  if (keywordOf(info, 'TemporalScheduledById')) return 'schedule';
  if (part?.kind === 'continued') return part.trigger;
  if (part?.kind === 'top' && part.trigger) return part.trigger;
  if (given && 'forced' in given) return 'manual';
  if (initiator === INITIATOR.retry) {
    if (part?.kind !== 'start') return 'retry';
    return part.forced ? 'manual' : 'api';
  }
  return 'api';
}

/** The caller's span on a start; the run before on a tick, an attempt or a continuation. */
function linksOf(
  info: WorkflowInfo,
  initiator: number,
  header: TraceHeader,
  caller: SpanRef | undefined,
): LinkRecord[] {
  const previous = info.continuedFromExecutionRunId;
  if (caller || !previous) return linksTo(caller, 'caller');
  const traceId = traceIdOfPrevious(info, previous, initiator, header);
  const span = { traceId, spanId: rootSpanIdOfRun(previous), sampled: true };
  return linksTo(span, 'previous-run', { 'job.run.id': previous });
}

/** The run's own id, unless it was in its caller's trace or had been reset. */
function traceIdOfPrevious(
  info: WorkflowInfo,
  previous: string,
  initiator: number,
  { part, span }: TraceHeader,
): string {
  // A continuation's header was written by the run before; a tick's or an attempt's is that of the first run.
  const isOfPrevious =
    initiator === INITIATOR.continueAsNew
      ? part?.kind === 'continued'
      : part?.kind === 'start' && part.joinCaller && previous === info.firstExecutionRunId;
  return isOfPrevious && span ? span.traceId : traceIdOfRun(previous);
}
