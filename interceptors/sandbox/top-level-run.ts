/**
 * A top-level run: it has its own trace, with the decision in its history or, while it is new, from the host.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws. A workflow command may depend only
 * on the decision (our markers), never on a header.
 */
import { patched, type WorkflowInfo } from '@temporalio/workflow';
import { type FirstSignal, signalsOfBeginning } from '../../core/first-signals';
import type { JobOrigin } from '../../core/job-info';
import { jobNameOf } from '../../core/job-name';
import { originByInfo, timerTriggerOf } from '../../core/job-origin';
import type { TopLevelRun } from '../../core/run-kind';
import type { SandboxOptions } from '../../core/sandbox-options';
import { scheduledMsOf } from '../../core/scheduled-time';
import type { JobTrigger } from '../../core/search-attributes';
import type { LinkRecord } from '../../core/span-record';
import { rootSpanIdOfRun } from '../../core/trace-id';
import { defined } from '../../core/util/defined';
import { ABSENT, AGAIN, decisionOf, RECORDED_IDS, type SamplingReason } from '../../sampling/markers';
import { decideNewRun, type PresetDecision, type RunDecision } from '../../sampling/new-run';
import { linksTo } from './links';
import type { RunTrace, TracedOrigin } from './run';
import { registeredActivityNames } from './sdk-internals';

/** Works out a top-level run; a new one is decided about. */
export function readTopLevel(
  info: WorkflowInfo,
  kind: TopLevelRun,
  signals: readonly FirstSignal[],
  options: SandboxOptions,
): TracedOrigin {
  const { traceId, parent, metadata } = kind;
  const preset = forcedBy(info, kind, signals, options) ?? inheritedFrom(kind);
  const origin: JobOrigin = {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: triggerOf(info, kind, preset),
    metadata: defined({ ...metadata, scheduledMs: metadata?.scheduledMs ?? scheduledMsOf(info) }),
  };
  const { decision, hasHost: counted } = info.unsafe.isReplaying
    ? recall()
    : decide(info, preset, signals, options);
  if (!decision) return { origin, counted, inheritsUnsampled: isInheritedUnsampled(preset) };
  const reason = decision.reason ?? (decision.sampled && preset ? reasonOf(preset) : undefined);
  const trace: RunTrace = {
    kind: 'top',
    root: { traceId, spanId: rootSpanIdOfRun(info.runId), sampled: decision.sampled },
    parentSpanId: parent?.spanId,
    links: linksOf(info, kind),
    bound: decision.bound,
    announces: !parent && (preset !== undefined || originByInfo(info) === undefined),
    reason,
    joined: parent !== undefined,
  };
  return { origin, trace, counted, inheritsUnsampled: false };
}

/** Decides about a new run; first notifies the host if the run's first task is retried. */
function decide(
  info: WorkflowInfo,
  preset: PresetDecision,
  signals: readonly FirstSignal[],
  { bind }: SandboxOptions,
): RunDecision {
  if (info.historyLength >= EVENTS_OF_RETRIED_TASK + signals.length) patched(AGAIN);
  return decideNewRun(info, preset, bind, patched, registeredActivityNames());
}

/**
 * Fewest history events, besides signals, of a run whose first task is retried: started, and scheduled, started and
 * failed, and scheduled and started again. Other events before a first task, such as a request to cancel, are fewer.
 */
const EVENTS_OF_RETRIED_TASK = 6;

/** Returns the preset decision of a run that a person started, or of a tick that a person requested. */
function forcedBy(
  info: WorkflowInfo,
  { initiator, jobHeader }: TopLevelRun,
  signals: readonly FirstSignal[],
  options: SandboxOptions,
): PresetDecision {
  const isStart = initiator === 'start';
  const isAccepted = jobHeader?.kind === 'start' ? options.acceptForcedStart : options.acceptForcedJob;
  if (isStart && (jobHeader?.kind === 'start' || jobHeader?.kind === 'top') && jobHeader.forced && isAccepted)
    return { forced: 'manual' };
  if (!options.acceptForcedSignal) return undefined;
  const isReset = info.runId !== info.originalExecutionRunId;
  const own = isReset ? signalsOfBeginning(signals, info.historyLength) : signals;
  if (!own.some(({ name }) => name === options.runNowSignal)) return undefined;
  // A cron workflow that waits for its tick gets its signals together with that tick.
  if (info.cronSchedule) return { forced: 'signal' };
  return isStart ? { forced: 'manual' } : undefined;
}

/**
 * Returns the decision that a continuation, or a run in its caller's trace, inherits; ticks and attempts
 * decide anew.
 */
function inheritedFrom({ initiator, jobHeader, parent }: TopLevelRun): PresetDecision {
  if (parent) return { inherited: { sampled: parent.sampled } };
  const isContinuation = initiator === 'continued' && jobHeader?.kind === 'continued';
  return isContinuation ? { inherited: { sampled: jobHeader.sampled } } : undefined;
}

/**
 * Returns the decision in the history of a replayed run; `undefined` if the run was started without the
 * plugin.
 */
function recall(): RunDecision {
  // `patched` is true here only for markers in the history, and repeats their commands: in the order of
  // `decideNewRun`.
  const id = RECORDED_IDS.find(patched);
  if (patched(ABSENT)) return { hasHost: false };
  return { decision: decisionOf(id), hasHost: true };
}

function isInheritedUnsampled(preset: PresetDecision): boolean {
  return preset !== undefined && 'inherited' in preset && !preset.inherited.sampled;
}

function reasonOf(preset: NonNullable<PresetDecision>): SamplingReason {
  return 'forced' in preset ? preset.forced : 'inherited';
}

function triggerOf(
  info: WorkflowInfo,
  { initiator, jobHeader }: TopLevelRun,
  preset: PresetDecision,
): JobTrigger {
  const timer = timerTriggerOf(info);
  if (timer) return timer;
  if (jobHeader?.kind === 'continued') return jobHeader.trigger;
  if (jobHeader?.kind === 'top' && jobHeader.trigger) return jobHeader.trigger;
  if (preset && 'forced' in preset) return 'manual';
  if (initiator === 'retry') {
    if (jobHeader?.kind !== 'start') return 'retry';
    return jobHeader.forced ? 'manual' : 'api';
  }
  return 'api';
}

/**
 * Returns the links of the root: to the caller's span on a start; to the run before on a tick, attempt or
 * continuation.
 */
function linksOf(info: WorkflowInfo, { caller, previous }: TopLevelRun): LinkRecord[] {
  if (caller || !previous) return linksTo(caller, 'caller');
  return linksTo(previous, 'previous-run', defined({ 'job.run.id': info.continuedFromExecutionRunId }));
}
