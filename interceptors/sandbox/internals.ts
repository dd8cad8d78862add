/**
 * Around activations: works out the run in its first one, before any user code, and lets finished spans leave
 * at the end of each.
 *
 * Sandbox code: no await, nothing thrown, no span in queries. The only command is the upsert of a bound run,
 * behind its marker.
 */
import type { coresdk } from '@temporalio/proto';
import {
  getCurrentDetails,
  setCurrentDetails,
  upsertSearchAttributes,
  type WorkflowInfo,
  type WorkflowInternalsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { dueMsOf } from '../shared/due-time';
import { isInfrastructure } from '../shared/infrastructure';
import type { JobOrigin } from '../shared/job-context';
import { ABSENT, ANY, isMarker } from '../shared/markers';
import type { SandboxOptions } from '../shared/sandbox-options';
import type { Attributes, EndedRun, JobTracingSinks, SpanRecord } from '../shared/span-record';
import { fillTraceUrl } from '../shared/trace-url';
import { Callers } from './callers';
import { keep } from './kept';
import { describeEnd, isFinal, resultOf } from './outcome';
import { type Run, readRun } from './run';
import { attributesOfRun } from './run-attributes';
import type { RunState } from './run-state';
import type { SandboxSpan } from './span';
import type { TaskErrors } from './task-errors';
import { RunTracer } from './tracer';

type Activation = coresdk.workflow_activation.IWorkflowActivation;
type Command = coresdk.workflow_commands.IWorkflowCommand;

export function internalsInterceptor(
  state: RunState,
  errors: TaskErrors,
  sink: JobTracingSinks['jobTracing'],
  options: SandboxOptions,
): WorkflowInternalsInterceptor {
  function begin(activation: Activation): void {
    const init = activation.jobs?.[0]?.initializeWorkflow;
    if (init == null) return;
    const info = workflowInfo();
    const signals = (activation.jobs ?? []).map((job) => job.signalWorkflow?.signalName ?? '');
    const { origin, run, isCounted, headerProblem } = readRun(info, init, signals, options);
    state.origin = origin;
    state.isCounted = isCounted;
    state.startMs = Date.now();
    if (headerProblem !== undefined && !info.unsafe.isReplaying)
      sink.ignored(info.parent && !run ? 'child header' : 'start header', headerProblem);
    if (run === undefined) return;
    if (run.kind === 'top' && run.bound) upsertSearchAttributes(attributesOfRun(run, info));
    if (run.root.sampled) showLink(run, info, options);
    state.begin(run, run.root.sampled ? tracerOf(run, info, Date.now(), run.reason) : undefined);
  }

  /** A workflow of this package: all it gets of us is to know who calls it. */
  function attend(activation: Activation): void {
    state.callers ??= new Callers();
    state.callers.note(activation.jobs ?? []);
  }

  /** The root of a run that was not sampled, and nothing below it. */
  function keptTracer(run: Run): RunTracer | undefined {
    return state.kept && tracerOf(run, workflowInfo(), state.startMs, state.kept);
  }

  /** What leaves the sandbox with this activation, in one call: each brings the host a copy of the run's info. */
  function report(final: Command | undefined): void {
    const spans = state.run ? finishedSpans(state.run, final) : [];
    const ended = final && endOf(final);
    if ((spans.length > 0 || ended) && !workflowInfo().unsafe.isReplaying) sink.report(spans, ended);
  }

  function finishedSpans(run: Run, final: Command | undefined): SpanRecord[] {
    const tracer = state.tracer ?? (final && keptTracer(run));
    if (final && tracer) {
      noteOn(tracer.root, state);
      describeEnd(tracer.root, final);
      tracer.endRun();
    } else {
      tracer?.announce();
    }
    return tracer?.drain() ?? [];
  }

  function endOf(final: Command): EndedRun | undefined {
    const { origin, isCounted, startMs } = state;
    const result = origin && isCounted ? resultOf(final) : undefined;
    return (
      origin &&
      result && { job: origin.jobName, trigger: origin.trigger, result, durationMs: Date.now() - startMs }
    );
  }

  return {
    activate(input, next) {
      try {
        if (isInfrastructure(getActivator().workflow)) attend(input.activation);
        else begin(input.activation);
        state.calls.settle(input.activation.jobs ?? []);
      } catch (error) {
        sink.ignored('run', String(error));
      }
      state.readOnly = input.activation.jobs?.[0]?.queryWorkflow != null;
      next(input);
    },

    concludeActivation(input, next) {
      const output = next({ ...input, commands: input.commands.filter((each) => isRecorded(each, state)) });
      errors.settle();
      const { run, isCounted } = state;
      if ((run === undefined && !isCounted) || state.readOnly) return output;
      const final = output.commands.find(isFinal);
      const late = final ? keep(state, final) : [];
      report(final);
      return late.length === 0 ? output : { ...output, commands: insertBefore(output.commands, final, late) };
    },
  };
}

/** Everything but the marker of {@link ANY}, and those that no host part of ours has granted. */
function isRecorded({ setPatchMarker }: Command, { run, isCounted }: RunState): boolean {
  const id = setPatchMarker?.patchId;
  if (id == null || !isMarker(id) || id === ABSENT) return true;
  return id !== ANY && (run !== undefined || isCounted);
}

/** What workflow code of this package has to say, on sampled and on kept roots alike. */
function noteOn(root: SandboxSpan, { notes }: RunState): void {
  root.setAttributes(notes.attributes);
  for (const link of notes.links) root.link(link);
}

function insertBefore(commands: readonly Command[], final: Command | undefined, late: Command[]): Command[] {
  return commands.flatMap((command) => (command === final ? [...late, command] : [command]));
}

function tracerOf(run: Run, info: WorkflowInfo, startMs: number, reason: string | undefined): RunTracer {
  const { parentSpanId, links } = run;
  return new RunTracer(info.workflowType, {
    ref: { ...run.root, sampled: true },
    startMs,
    links,
    ...(parentSpanId && { parentSpanId }),
    attributes: {
      'job.name': run.jobName,
      'job.run.id': run.jobRunId,
      'job.trigger': run.trigger,
      'job.attempt': info.attempt,
      ...(reason && { 'job.sampling.reason': reason }),
      'job.queue_time_ms': queueTimeMs(info, startMs),
      ...(info.cronSchedule && { 'faas.cron': info.cronSchedule }),
      ...describeOrigin(run),
      temporalWorkflowId: info.workflowId,
      run_id: info.runId,
    },
  });
}

function describeOrigin({ trigger, facts, shard }: JobOrigin): Attributes {
  const { scheduledMs, reason, startedBy, lane, loadtest } = facts;
  return {
    ...((trigger === 'cron' || trigger === 'schedule') && { 'faas.trigger': 'timer' }),
    ...(scheduledMs !== undefined && { 'faas.time': new Date(scheduledMs).toISOString() }),
    ...(reason && { 'job.reason': reason }),
    ...(startedBy && { 'job.started_by': startedBy }),
    ...(lane && { 'traffic.lane': lane }),
    ...(loadtest && { 'traffic.loadtest': true }),
    ...(shard && { 'job.shard.index': shard.index }),
    ...(shard?.count !== undefined && { 'job.shard.count': shard.count }),
    ...(shard?.label && { 'job.shard.label': shard.label }),
  };
}

/** From the moment the run was due to its first workflow task. */
function queueTimeMs(info: WorkflowInfo, startMs: number): number {
  return Math.max(0, startMs - dueMsOf(info));
}

/** Shows the trace's address in the Web UI, until user code sets details of its own. */
function showLink(run: Run, info: WorkflowInfo, { traceUrl }: SandboxOptions): void {
  if (traceUrl === '' || getCurrentDetails() !== '') return;
  const { traceId, spanId } = run.root;
  const url = fillTraceUrl(traceUrl, {
    traceId,
    spanId,
    runId: info.runId,
    startMs: info.runStartTime.getTime(),
  });
  setCurrentDetails(`[Trace ${traceId}](${url})`);
}
