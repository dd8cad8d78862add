/**
 * What a run is, worked out once in its first activation, before any user code: its trace, who started it,
 * and the decision that its history holds.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws. A workflow command may depend only
 * on the decision (our markers), never on a header.
 */

import type { coresdk } from '@temporalio/proto';
import type { WorkflowInfo } from '@temporalio/workflow';
import {
  type BaggageEntry,
  formatBaggage,
  type JobBaggage,
  mergeBaggage,
  parseBaggage,
} from '../shared/baggage';
import { defined } from '../shared/defined';
import { readHeader, type TraceHeader } from '../shared/header';
import type { JobOrigin } from '../shared/job-context';
import type { SamplingReason } from '../shared/markers';
import type { SandboxOptions } from '../shared/sandbox-options';
import type { LinkRecord } from '../shared/span-record';
import type { SpanRef } from '../shared/traceparent';
import { readChild } from './child-run';
import { readTopLevel } from './top-level-run';

/** A run that the plugin takes part in; a child has the origin of its parent. */
export interface Run extends JobOrigin {
  readonly kind: 'top' | 'child' | 'shard';
  /** The `RunWorkflow` span. */
  readonly root: SpanRef;
  /** The span in another run or process that {@link root} is a child of. */
  readonly parentSpanId?: string | undefined;
  readonly links: readonly LinkRecord[];
  readonly bound: boolean;
  /** Whether it tells the host that it has begun: it begins a trace, and the host has not decided about it. */
  readonly announces: boolean;
  readonly reason?: SamplingReason | undefined;
  /** Whether the trace is the caller's by request, so that its id is not the run's. */
  readonly joined: boolean;
  readonly jobBaggage: JobBaggage;
  /** {@link jobBaggage} and the starter's. */
  readonly baggage: ReadonlyMap<string, BaggageEntry>;
  readonly baggageHeader: string;
}

/** What only a run with a trace has; the rest follows from its origin. */
export type RunTrace = Omit<Run, keyof JobOrigin | 'jobBaggage' | 'baggage' | 'baggageHeader'>;

export interface RunReading {
  readonly origin: JobOrigin;
  /** `undefined`: passive, the plugin does nothing in this run. */
  readonly run: Run | undefined;
  /** A top-level run, passive or not: the metrics of runs count it. */
  readonly counted: boolean;
  /** Why the run's header was ignored. */
  readonly problem: string | undefined;
}

/** Works out the run from its first activation. */
export function readRun(
  info: WorkflowInfo,
  init: coresdk.workflow_activation.IInitializeWorkflow,
  signals: readonly string[],
  options: SandboxOptions,
): RunReading {
  const { header = {}, problem } = readHeader(init.headers);
  const {
    origin,
    trace,
    counted = false,
  } = isChild(info, header)
    ? readChild(info, header, options)
    : readTopLevel(info, init, signals, header, options);
  // In place: both are made for this run alone, and a spread of three is slower.
  const run = trace && Object.assign(trace, origin, baggageOf(origin, header));
  return { origin, run, counted, problem };
}

/**
 * Whether it is in its parent's trace, or a shard, which has no parent when it runs again. A child that is a
 * top-level run may continue as new.
 */
function isChild({ parent, cronSchedule }: WorkflowInfo, { part }: TraceHeader): boolean {
  if (cronSchedule) return false;
  if (part?.kind === 'shard') return true;
  return Boolean(parent) && part?.kind !== 'top' && part?.kind !== 'continued';
}

function baggageOf({ jobName, jobRunId, trigger, facts }: JobOrigin, header: TraceHeader) {
  const jobBaggage: JobBaggage = defined({
    'job.name': jobName,
    'job.run.id': jobRunId,
    'job.trigger': trigger,
    'traffic.origin': 'scheduler' as const,
    'traffic.lane': facts.lane,
    'traffic.loadtest': facts.loadtest ? ('true' as const) : undefined,
  });
  const baggage = mergeBaggage(jobBaggage, parseBaggage(header.baggage));
  return { jobBaggage, baggage, baggageHeader: formatBaggage(baggage) };
}
