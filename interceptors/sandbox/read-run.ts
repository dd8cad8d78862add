/**
 * Works out a run, once in its first activation, before any user code: its trace, who started it, and the
 * decision in its history.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws. A workflow command may depend only
 * on the decision (our markers), never on a header.
 */

import type { WorkflowInfo } from '@temporalio/workflow';
import {
  carriedBaggage,
  formatBaggage,
  type JobBaggage,
  mergeBaggage,
  parseBaggage,
} from '../../core/baggage';
import type { FirstSignal } from '../../core/first-signals';
import type { JobOrigin } from '../../core/job-info';
import { initiatorOf, type RunBeginning, runKindOf } from '../../core/run-kind';
import type { SandboxOptions } from '../../core/sandbox-options';
import { scheduleStartOf } from '../../core/schedule-start';
import type { InitializeWorkflow } from '../../core/sdk-types';
import { readHeader } from '../../core/trace-header';
import { defined } from '../../core/util/defined';
import { readChild } from './child-run';
import type { RunReading } from './run';
import { readTopLevel } from './top-level-run';
import { untracedCalls } from './untraced-outbound';

/** Returns the run, worked out from its first activation. */
export function readRun(
  info: WorkflowInfo,
  init: InitializeWorkflow,
  signals: readonly FirstSignal[],
  options: SandboxOptions,
): RunReading {
  const { header = {}, problem } = readHeader(init.headers);
  const kind = runKindOf(beginningOf(info, init), header);
  const isTop = kind.kind === 'top';
  const { origin, trace, counted, inheritsUnsampled } = isTop
    ? readTopLevel(info, kind, signals, options)
    : readChild(info, kind, header.span, options);
  const starters = isTop ? kind.baggage : header.baggage;
  const run = trace && { ...trace, ...origin, ...runBaggage(origin, starters, options) };
  const calls = run ? undefined : untracedCalls(info, kind, origin, inheritsUnsampled);
  return { origin, run, counted, problem, calls };
}

function beginningOf(info: WorkflowInfo, init: InitializeWorkflow): RunBeginning {
  return {
    originalRunId: info.originalExecutionRunId,
    firstRunId: info.firstExecutionRunId,
    previousRunId: info.continuedFromExecutionRunId,
    initiator: initiatorOf(info.continuedFromExecutionRunId, init.continuedInitiator),
    hasCron: Boolean(info.cronSchedule),
    isScheduled: scheduleStartOf(info.workflowId, info.typedSearchAttributes.getAll()) !== undefined,
    hasParent: Boolean(info.parent),
  };
}

/** Returns the run's baggage. @param starters W3C baggage of the caller that started the run */
function runBaggage(
  { jobName, jobRunId, trigger, metadata }: JobOrigin,
  starters: string | undefined,
  { carryBaggage }: SandboxOptions,
) {
  const jobBaggage: JobBaggage = defined({
    'job.name': jobName,
    'job.run.id': jobRunId,
    'job.trigger': trigger,
    'traffic.origin': 'scheduler' as const,
    'traffic.lane': metadata.lane,
    'traffic.loadtest': metadata.loadtest ? ('true' as const) : undefined,
  });
  const baggage = mergeBaggage(jobBaggage, carriedBaggage(parseBaggage(starters), carryBaggage));
  return { jobBaggage, baggage, baggageHeader: formatBaggage(baggage) };
}
