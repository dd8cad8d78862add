/**
 * A top-level run: it has a trace of its own, and asks its history, or the host, for the decision.
 *
 * Sandbox code: no await, no draw from any random sequence, never throws. A workflow command may depend only
 * on the decision (our markers), never on a header.
 */
import { patched, type WorkflowInfo } from '@temporalio/workflow';
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
import {
  ABSENT,
  AGAIN,
  type Answer,
  askFor,
  decisionOf,
  type Given,
  RECORDED_IDS,
  type SamplingReason,
} from '../../sampling/markers';
import { linksTo } from './links';
import type { RunTrace } from './run';
import { registeredActivityNames } from './sdk-internals';

export function readTopLevel(
  info: WorkflowInfo,
  kind: TopLevelRun,
  signals: readonly string[],
  options: SandboxOptions,
): { readonly origin: JobOrigin; readonly trace?: RunTrace; readonly counted: boolean } {
  const { traceId, parent, facts } = kind;
  const given = forcedBy(info, kind, signals, options) ?? inheritedFrom(kind);
  const origin = {
    jobName: jobNameOf(info),
    jobRunId: info.runId,
    trigger: triggerOf(info, kind, given),
    facts: defined({ ...facts, scheduledMs: facts?.scheduledMs ?? scheduledMsOf(info) }),
  };
  const { decision, answered: counted } = info.unsafe.isReplaying
    ? recall()
    : ask(info, given, signals, options);
  if (!decision) return { origin, counted };
  const reason = decision.reason ?? (decision.sampled && given ? reasonOf(given) : undefined);
  const trace: RunTrace = {
    kind: 'top',
    root: { traceId, spanId: rootSpanIdOfRun(info.runId), sampled: decision.sampled },
    parentSpanId: parent?.spanId,
    links: linksOf(info, kind),
    bound: decision.bound,
    announces: !parent && (given !== undefined || originByInfo(info) === undefined),
    reason,
    joined: parent !== undefined,
  };
  return { origin, trace, counted };
}

/** Asks the host for the decision; it is told first if this is not the first time. */
function ask(info: WorkflowInfo, given: Given, signals: readonly string[], { bind }: SandboxOptions): Answer {
  const events = EVENTS_OF_FIRST_TASK + signals.filter((name) => name !== '').length;
  if (info.historyLength > events) patched(AGAIN);
  return askFor(info, given, bind, patched, registeredActivityNames());
}

/** Started, task scheduled, task started: with the signals that came along, all that a new run has. */
const EVENTS_OF_FIRST_TASK = 3;

/** Whether a person started this run, or asked for this tick. */
function forcedBy(
  info: WorkflowInfo,
  { initiator, part }: TopLevelRun,
  signals: readonly string[],
  options: SandboxOptions,
): Given {
  const isStart = initiator === 'start';
  const isAccepted = part?.kind === 'start' ? options.acceptForcedStart : options.acceptForcedJob;
  if (isStart && (part?.kind === 'start' || part?.kind === 'top') && part.forced && isAccepted)
    return { forced: 'manual' };
  if (!options.acceptForcedSignal || !signals.includes(options.runNowSignal)) return undefined;
  // A cron workflow that waits for its tick gets its signals together with that tick.
  if (info.cronSchedule) return { forced: 'signal' };
  return isStart ? { forced: 'manual' } : undefined;
}

/** Only a continuation inherits, or a run in its caller's trace: ticks and attempts decide anew. */
function inheritedFrom({ initiator, part, parent }: TopLevelRun): Given {
  if (parent) return { inherited: { sampled: parent.sampled } };
  const isContinuation = initiator === 'continued' && part?.kind === 'continued';
  return isContinuation ? { inherited: { sampled: part.sampled } } : undefined;
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

function triggerOf(info: WorkflowInfo, { initiator, part }: TopLevelRun, given: Given): JobTrigger {
  const timer = timerTriggerOf(info);
  if (timer) return timer;
  if (part?.kind === 'continued') return part.trigger;
  if (part?.kind === 'top' && part.trigger) return part.trigger;
  if (given && 'forced' in given) return 'manual';
  if (initiator === 'retry') {
    if (part?.kind !== 'start') return 'retry';
    return part.forced ? 'manual' : 'api';
  }
  return 'api';
}

/** The caller's span on a start; the run before on a tick, an attempt or a continuation. */
function linksOf(info: WorkflowInfo, { caller, previous }: TopLevelRun): LinkRecord[] {
  if (caller || !previous) return linksTo(caller, 'caller');
  return linksTo(previous, 'previous-run', defined({ 'job.run.id': info.continuedFromExecutionRunId }));
}
