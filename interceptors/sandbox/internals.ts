/**
 * Interceptor of activations: works out the run in its first one, before any user code, and reports finished
 * spans at the end of each.
 *
 * Sandbox code: no await, nothing thrown, no span in queries. The only command is the upsert of a bound run,
 * behind its marker.
 */
import {
  upsertSearchAttributes,
  type WorkflowInfo,
  type WorkflowInternalsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { toText } from '../../core/attribute-limits';
import type { FirstSignal } from '../../core/first-signals';
import { listenerOf } from '../../core/infrastructure';
import type { JobOrigin } from '../../core/job-info';
import type { RunEnd } from '../../core/run-end';
import type { SandboxOptions } from '../../core/sandbox-options';
import type { ActivationJob, Command, SignalWorkflow } from '../../core/sdk-types';
import { MAX_MESSAGE_BYTES } from '../../core/server-limits';
import type { JobTracingSinks, SpanRecord } from '../../core/span-record';
import { defined } from '../../core/util/defined';
import { safely } from '../../core/util/untrusted';
import { ABSENT, AGAIN, ANY, isMarker } from '../../sampling/markers';
import { showLink, withDetails } from './details';
import { fitting } from './message-size';
import { isFinal, resultOf } from './outcome';
import { readRun } from './read-run';
import type { Run, RunReading } from './run';
import { attributesOfTop } from './run-attributes';
import type { RunState } from './run-state';
import { workflowFunction } from './sdk-internals';
import type { RecordingSpan } from './span';
import { tailSample } from './tail-sampling';
import { noteTaskErrors } from './task-errors';
import { RunTracer } from './tracer';

/**
 * Returns the interceptor of one workflow's activations.
 *
 * @param onBegin called in the first activation, when the run is worked out; not for the package's own workflows
 */
export function internalsInterceptor(
  state: RunState,
  sink: JobTracingSinks['jobTracing'],
  options: SandboxOptions,
  onBegin: (reading: RunReading) => void,
): WorkflowInternalsInterceptor {
  /** Works out the run in its first activation. */
  function begin(jobs: readonly ActivationJob[]): void {
    const init = jobs[0]?.initializeWorkflow;
    if (init == null) return;
    const info = workflowInfo();
    const signals = jobs.flatMap(({ signalWorkflow: signal }) => (signal ? [firstSignal(signal)] : []));
    const reading = readRun(info, init, signals, options);
    const { run, problem } = reading;
    state.begin(reading);
    if (problem && !info.unsafe.isReplaying)
      sink.ignored(info.parent && !run ? 'child header' : 'start header', problem);
    if (run) beginTrace(run, reading.origin, info);
    onBegin(reading);
  }

  /** Binds a top-level run, and starts the root span of a sampled run. */
  function beginTrace(run: Run, origin: JobOrigin, info: WorkflowInfo): void {
    if (run.kind === 'top' && run.bound) upsertSearchAttributes(attributesOfTop(run));
    if (run.bound || run.root.sampled) noteTaskErrors(sink);
    state.trace(run, run.root.sampled ? createTracer(run, origin, info) : undefined);
  }

  function createTracer(run: Run, origin: JobOrigin, info: WorkflowInfo): RunTracer {
    showLink(run, info, options);
    if (run.announces && !info.unsafe.isReplaying) sink.begun(run.root, origin);
    return new RunTracer(info.workflowType, run, state.startMs);
  }

  /**
   * Reports the activation's spans and the run's end in one sink call, since each call copies the run's info to
   * the host.
   */
  function report(final: Command | undefined): void {
    const { run, counted } = state;
    const spans = run ? takeSpans(run, final) : [];
    const end = final && (counted || spans.length > 0) ? endOf(final) : undefined;
    const count = state.tracer?.takeDropped() ?? 0;
    const dropped = count > 0 ? { count, job: state.origin?.jobName ?? '' } : undefined;
    if ((spans.length > 0 || end) && !workflowInfo().unsafe.isReplaying) sink.report(spans, end, dropped);
  }

  /** Returns the spans that have finished in the activation: with the final command, all that were open. */
  function takeSpans(run: Run, final: Command | undefined): SpanRecord[] {
    if (!final) return state.tracer?.drain() ?? [];
    const tracer = state.tracer ?? (state.tailSampled && rootTracer(run));
    if (!tracer) return [];
    noteOn(tracer.root, state);
    tracer.endRun();
    return tracer.drain();
  }

  /** Returns the tracer of a tail-sampled run, which has only its root span. */
  function rootTracer(run: Run): RunTracer {
    return new RunTracer(workflowInfo().workflowType, run, state.startMs);
  }

  /** Removes the plugin's additions from the commands if the server would refuse the message for its size. */
  function fit(commands: readonly Command[]): readonly Command[] {
    const { isReplaying } = workflowInfo().unsafe;
    if (state.allowance.takeReduction() && !isReplaying)
      sink.ignored('baggage', 'the calls of the run carry too much');
    return fitting(commands, state.allowance, (bytes) => {
      if (!isReplaying)
        sink.ignored('task', `its message has ${bytes} bytes, of ${MAX_MESSAGE_BYTES} at most`);
    });
  }

  /** Returns the run's end as the host needs it. */
  function endOf(final: Command): RunEnd | undefined {
    const { origin, run, tailSampled, counted, startMs } = state;
    if (!origin) return undefined;
    return defined({
      origin,
      counted,
      startMs,
      endMs: Date.now(),
      reason: tailSampled ?? run?.reason,
      result: resultOf(final),
      failure: final.failWorkflowExecution?.failure ?? undefined,
    });
  }

  /** Reads the activation's jobs before the SDK executes them. */
  function readJobs(jobs: readonly ActivationJob[]): void {
    state.readOnly = jobs[0]?.queryWorkflow != null;
    const listener = listenerOf(workflowFunction()) ?? begin;
    listener(jobs);
    state.calls.settle(jobs);
    state.allowance.begin(workflowInfo().historyLength);
  }

  /** Reports the activation, and returns its commands with the plugin's own. */
  function conclude(commands: readonly Command[]): Command[] {
    const final = commands.find(isFinal);
    const added = final ? tailSample(state, final) : [];
    report(final);
    return [...fit(commands.flatMap((command) => (command === final ? [...added, command] : command)))];
  }

  return {
    activate(input, next) {
      const error = errorOf(() => readJobs(input.activation.jobs ?? []));
      if (error !== undefined) safely(() => sink.ignored('run', error));
      withDetails(input.activation.jobs ?? [], state, options, () => next(input));
    },

    concludeActivation(input, next) {
      const recorded = safely(() => input.commands.filter((command) => isRecorded(command, state)));
      const output = next(recorded ? { ...input, commands: recorded } : input);
      if (!(state.run || state.counted) || state.readOnly) return output;
      const commands = safely(() => conclude(output.commands));
      return commands ? { ...output, commands } : output;
    },
  };
}

/** Returns a signal that arrived with the first activation. */
function firstSignal({ signalName, originatingEventId: id }: SignalWorkflow): FirstSignal {
  const eventId = safely(() => id?.toNumber());
  return { name: signalName ?? '', eventId: eventId || undefined };
}

/** Returns the message of the error that the function throws; `undefined` if it throws none. Never throws. */
function errorOf(fn: () => void): string | undefined {
  try {
    fn();
    return undefined;
  } catch (error) {
    return toText(error);
  }
}

/**
 * Whether the command is sent to the server: all are but the markers of {@link ANY} and {@link AGAIN}, and
 * markers that no host has allowed.
 */
function isRecorded({ setPatchMarker }: Command, { run, counted }: RunState): boolean {
  const id = setPatchMarker?.patchId;
  if (id == null || !isMarker(id) || id === ABSENT) return true;
  return id !== ANY && id !== AGAIN && (counted || run !== undefined);
}

/** Adds the notes of this package's workflow code to the root span of a sampled or tail-sampled run. */
function noteOn(root: RecordingSpan, { notes }: RunState): void {
  root.setAttributes(notes.attributes);
  for (const link of notes.links) root.link(link);
}
