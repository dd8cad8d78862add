/**
 * The kind of a run, its trace, and which parts of its header still apply to it.
 *
 * Pure, never throws. Used by the sandbox in a run's first task and by the client on a run's first event;
 * both must agree. Temporal copies the header of a start to every later tick, attempt and continuation, so a
 * header alone does not identify the run that it was written for.
 */
import { type JobMetadata, standingMetadata } from './job-metadata';
import type { JobHeader, TraceHeader } from './trace-header';
import { rootSpanIdOfRun, traceIdOfRun } from './trace-id';
import type { SpanRef } from './traceparent';

/** What initiated a run: a start, or the previous run in its chain. */
export type Initiator = 'start' | 'continued' | 'retry' | 'tick';

/** Data from a run's first event, except the header. Run ids are UUIDs with dashes. */
export interface RunBeginning {
  /** Run id that the run began with; after a reset it differs from the current one. */
  readonly originalRunId: string;
  /** Run id of the first run in the chain. */
  readonly firstRunId: string;
  /** Run id of the previous run in the chain. */
  readonly previousRunId?: string | undefined;
  readonly initiator: Initiator;
  readonly hasCron: boolean;
  /** Whether a Temporal Schedule started the chain. */
  readonly isScheduled: boolean;
  readonly hasParent: boolean;
}

/** A run in its own trace, or in its caller's if the start requested that. */
export interface TopLevelRun {
  readonly kind: 'top';
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The job header, if it was written for this run. */
  readonly jobHeader: JobHeader | undefined;
  readonly initiator: Initiator;
  /**
   * Metadata in the job header that applies to this run; only that of the whole job if it was written for another
   * run.
   */
  readonly metadata: JobMetadata | undefined;
  /** The starter's W3C baggage, if the header was written for this run. */
  readonly baggage: string | undefined;
  /** Parent span, in whose trace this run is because its start requested that. */
  readonly parent: SpanRef | undefined;
  /** Span in another trace that started this run; `undefined` for a later tick, attempt or continuation. */
  readonly caller: SpanRef | undefined;
  /** Root span of the previous run in the chain. */
  readonly previous: SpanRef | undefined;
}

/** An ordinary child, which is in its parent's trace on all its attempts and continuations. */
export interface ChildRun {
  readonly kind: 'child';
  /** 32 lower-case hex digits; `undefined` when the parent sent no trace. */
  readonly traceId: string | undefined;
  readonly jobHeader: JobHeader | undefined;
}

/** A shard, which is in a trace that its parent chose. */
export interface ShardRun {
  readonly kind: 'shard';
  /** 32 lower-case hex digits; `undefined` when the parent sent no trace. */
  readonly traceId: string | undefined;
  readonly jobHeader: Extract<JobHeader, { readonly kind: 'shard' }>;
}

export type RunKind = TopLevelRun | ChildRun | ShardRun;

/** Initiators by the value of Temporal's `ContinueAsNewInitiator`. */
const INITIATORS: readonly Initiator[] = ['start', 'continued', 'retry', 'tick'];

/**
 * Returns what initiated a run.
 *
 * @param previousRunId run id of the previous run in the chain
 * @param code `ContinueAsNewInitiator` of Temporal's API; the server sets a cron's first run to a tick as
 *   well, although it is a start with its own header
 */
export function initiatorOf(previousRunId: string | null | undefined, code: unknown): Initiator {
  return (previousRunId && INITIATORS[Number(code)]) || 'start';
}

/** Returns the kind of a run, with its trace. */
export function runKindOf(run: RunBeginning, header: TraceHeader): RunKind {
  const { jobHeader, span } = header;
  // A cron tick is a top-level run, whatever its parent is.
  if (!run.hasCron) {
    // A shard that a client reruns has no parent.
    if (jobHeader?.kind === 'shard') return { kind: 'shard', traceId: span?.traceId, jobHeader };
    // A child that is a top-level run may continue as new.
    const isTop = jobHeader?.kind === 'top' || jobHeader?.kind === 'continued';
    if (run.hasParent && !isTop) return { kind: 'child', traceId: span?.traceId, jobHeader };
  }
  return topLevel(run, header);
}

function topLevel(run: RunBeginning, header: TraceHeader): TopLevelRun {
  const isCurrent = isWrittenFor(run, header.jobHeader);
  const jobHeader = isCurrent ? header.jobHeader : undefined;
  const starter = isCurrent && run.initiator === 'start' ? header.span : undefined;
  const joinsCaller = jobHeader?.kind === 'start' && jobHeader.joinCaller;
  return {
    kind: 'top',
    initiator: run.initiator,
    traceId: (joinsCaller && starter?.traceId) || traceIdOfRun(run.originalRunId),
    jobHeader,
    metadata: isCurrent ? jobHeader?.facts : standingMetadata(header.jobHeader?.facts ?? {}),
    baggage: isCurrent ? header.baggage : undefined,
    parent: joinsCaller ? starter : undefined,
    caller: joinsCaller ? undefined : starter,
    previous: previousRun(run, header),
  };
}

/**
 * Whether a top-level run's header was written for this run, not for another run of its job.
 *
 * Temporal copies the header of a start to every later tick, attempt and continuation, and that of a Schedule
 * to every action. The data of the request that created a job (its span, its baggage, its author and reason)
 * must not be inherited by the job's later runs.
 */
function isWrittenFor(
  { initiator, hasCron, isScheduled }: RunBeginning,
  jobHeader: JobHeader | undefined,
): boolean {
  switch (initiator) {
    case 'start':
      return !isScheduled;
    case 'continued':
      // Written by the previous run, unless that ran without the plugin.
      return jobHeader?.kind === 'continued';
    case 'retry':
      // A retry of the same request; under a cron or a Schedule it may be any run's attempt.
      return !hasCron && !isScheduled;
    case 'tick':
      return false;
  }
}

function previousRun(run: RunBeginning, header: TraceHeader): SpanRef | undefined {
  const { previousRunId } = run;
  if (previousRunId === undefined) return undefined;
  const traceId = previousTraceIdIn(run, header) ?? traceIdOfRun(previousRunId);
  return { traceId, spanId: rootSpanIdOfRun(previousRunId), sampled: true };
}

/**
 * Returns the previous run's trace if its run id does not determine it: it was in its caller's trace, or was
 * reset.
 */
function previousTraceIdIn(
  { initiator, previousRunId, firstRunId }: RunBeginning,
  { jobHeader, span }: TraceHeader,
): string | undefined {
  // A continuation's header was written by the previous run; a tick's or an attempt's is that of the first
  // run.
  const isOfPrevious =
    initiator === 'continued'
      ? jobHeader?.kind === 'continued'
      : jobHeader?.kind === 'start' && jobHeader.joinCaller && previousRunId === firstRunId;
  return isOfPrevious ? span?.traceId : undefined;
}
