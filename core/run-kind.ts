/**
 * Which trace a run is in, and what of its header still speaks of it.
 *
 * Pure, never throws: the sandbox asks it in a run's first task, the client of a run's first event, and both must
 * agree. Temporal copies the header of a start to every later tick, attempt and continuation, so a header alone says
 * nothing of the run that has it.
 */
import { type JobFacts, standingFacts } from './job-facts';
import type { JobPart, TraceHeader } from './trace-header';
import { rootSpanIdOfRun, traceIdOfRun } from './trace-id';
import type { SpanRef } from './traceparent';

/** What brought a run about: a start, or the run before it in its chain. */
export type Initiator = 'start' | 'continued' | 'retry' | 'tick';

/** What a run's first event says of it, beside the header. Run ids are UUIDs with dashes. */
export interface RunBeginning {
  /** The run id that it began with: another than its own after a reset. */
  readonly originalRunId: string;
  /** The first run of its chain. */
  readonly firstRunId: string;
  /** The run before it in its chain. */
  readonly previousRunId?: string | undefined;
  readonly initiator: Initiator;
  readonly hasCron: boolean;
  /** Whether a Temporal Schedule started its chain. */
  readonly isScheduled: boolean;
  readonly hasParent: boolean;
}

/** A run in a trace of its own, or in its caller's where the start asked for that. */
export interface TopLevelRun {
  readonly kind: 'top';
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Our part of the header, as far as it speaks of this run. */
  readonly part: JobPart | undefined;
  readonly initiator: Initiator;
  /** Facts of the header that hold for this run: those of the whole job where the header is of another moment. */
  readonly facts: JobFacts | undefined;
  /** The starter's W3C baggage, as far as the header speaks of this run. */
  readonly baggage: string | undefined;
  /** The span that this run is below, in whose trace it is because its start asked for that. */
  readonly parent: SpanRef | undefined;
  /** The span in another trace that started this run; none for a later tick, attempt or continuation. */
  readonly caller: SpanRef | undefined;
  /** The root span of the run before it in its chain. */
  readonly previous: SpanRef | undefined;
}

/** An ordinary child: in its parent's trace on all its attempts and continuations. */
export interface ChildRun {
  readonly kind: 'child';
  /** 32 lower-case hex digits; `undefined` when the parent sent no trace. */
  readonly traceId: string | undefined;
  readonly part: JobPart | undefined;
}

/** A shard: in a trace that its parent chose. */
export interface ShardRun {
  readonly kind: 'shard';
  /** 32 lower-case hex digits; `undefined` when the parent sent no trace. */
  readonly traceId: string | undefined;
  readonly part: Extract<JobPart, { readonly kind: 'shard' }>;
}

export type RunKind = TopLevelRun | ChildRun | ShardRun;

/** By the number of Temporal's `ContinueAsNewInitiator`. */
const INITIATORS: readonly Initiator[] = ['start', 'continued', 'retry', 'tick'];

/**
 * What brought a run about.
 *
 * @param previousRunId the run before it in its chain
 * @param code `ContinueAsNewInitiator` of Temporal's API: the server calls a cron's first run a tick, too, though it
 *   is a start with a header of its own
 */
export function initiatorOf(previousRunId: string | null | undefined, code: unknown): Initiator {
  return (previousRunId && INITIATORS[Number(code)]) || 'start';
}

/** Works out the kind of a run, and its trace. */
export function runKindOf(run: RunBeginning, header: TraceHeader): RunKind {
  const { part, span } = header;
  // A cron's tick is a run of its own, whoever its parent is.
  if (!run.hasCron) {
    // A shard that a client runs again has no parent.
    if (part?.kind === 'shard') return { kind: 'shard', traceId: span?.traceId, part };
    // A child that is a top-level run may continue as new.
    const isTop = part?.kind === 'top' || part?.kind === 'continued';
    if (run.hasParent && !isTop) return { kind: 'child', traceId: span?.traceId, part };
  }
  return topLevel(run, header);
}

function topLevel(run: RunBeginning, header: TraceHeader): TopLevelRun {
  const isCurrent = speaksOf(run, header.part);
  const part = isCurrent ? header.part : undefined;
  const starter = isCurrent && run.initiator === 'start' ? header.span : undefined;
  const joins = part?.kind === 'start' && part.joinCaller;
  return {
    kind: 'top',
    initiator: run.initiator,
    traceId: (joins && starter?.traceId) || traceIdOfRun(run.originalRunId),
    part,
    facts: isCurrent ? part?.facts : standingFacts(header.part?.facts ?? {}),
    baggage: isCurrent ? header.baggage : undefined,
    parent: joins ? starter : undefined,
    caller: joins ? undefined : starter,
    previous: previousRun(run, header),
  };
}

/**
 * Whether a top-level run's header was written for this run, and not for another moment of its job.
 *
 * Temporal copies the header of a start to every later tick, attempt and continuation, and that of a Schedule to every
 * action. What belongs to the request that created a job (its span, its baggage, who asked and why) must not live on
 * in the job's later runs.
 */
function speaksOf({ initiator, hasCron, isScheduled }: RunBeginning, part: JobPart | undefined): boolean {
  switch (initiator) {
    case 'start':
      return !isScheduled;
    case 'continued':
      // Written by the run before it, unless the plugin was not there.
      return part?.kind === 'continued';
    case 'retry':
      // The same request, tried again; under a cron or a Schedule it may be any run's attempt.
      return !hasCron && !isScheduled;
    case 'tick':
      return false;
  }
}

function previousRun(run: RunBeginning, header: TraceHeader): SpanRef | undefined {
  const { previousRunId } = run;
  if (previousRunId === undefined) return undefined;
  const traceId = tracedInHeader(run, header) ?? traceIdOfRun(previousRunId);
  return { traceId, spanId: rootSpanIdOfRun(previousRunId), sampled: true };
}

/** The trace of the run before, where its id does not tell: it was in its caller's trace, or had been reset. */
function tracedInHeader(
  { initiator, previousRunId, firstRunId }: RunBeginning,
  { part, span }: TraceHeader,
): string | undefined {
  // A continuation's header was written by the run before; a tick's or an attempt's is that of the first run.
  const isOfPrevious =
    initiator === 'continued'
      ? part?.kind === 'continued'
      : part?.kind === 'start' && part.joinCaller && previousRunId === firstRunId;
  return isOfPrevious ? span?.traceId : undefined;
}
