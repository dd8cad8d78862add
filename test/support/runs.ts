/**
 * What the tests of starts share: workers that run from before a file's tests until after them, and what is
 * expected of a run that has ended, read from visibility and at the OTLP receiver.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { Worker, WorkerOptions } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete } from '../../testing/otlp-trace';
import { until } from '../../testing/until';
import { Harness, type WorkerSetup } from './harness';

const PREFIX = `t${randomUUID().slice(0, 8)}`;

/** A workflow id that is used by no other test file and by no other run of this one: a server may be shared. */
export const id = (name: string) => `${PREFIX}-${name}`;
/** Trace id of a top-level run. */
export const traceIdOf = (runId: string) => runId.replaceAll('-', '');
/** Span id of a run's `RunWorkflow` span. */
export const rootIdOf = (runId: string) => traceIdOf(runId).slice(16);
/** What the root of a tick, an attempt or a continuation is linked to: the root of the run before. */
export const linkTo = (runId: string) => `${traceIdOf(runId)}/${rootIdOf(runId)}`;
/** The span's links as `traceId/spanId`. */
export const linksOf = (span: ReceivedSpan) =>
  span.links.map(({ traceId, spanId }) => `${traceId}/${spanId}`);

/** Options of a bundle that has this library loaded once for all workflows, as docs/map-reduce.md has it. */
export const PRELOADED: NonNullable<WorkerOptions['bundlerOptions']> = {
  preloadModules: ['temporal-job-tracing/workflow', 'temporal-job-tracing/workflows'],
};

/** The span with this id and all that is below it. */
export function subtree(trace: readonly ReceivedSpan[], spanId: string): ReceivedSpan[] {
  const below = trace.filter((span) => span.parentSpanId === spanId);
  return [
    ...trace.filter((span) => span.spanId === spanId),
    ...below.flatMap((span) => subtree(trace, span.spanId)),
  ];
}

const TIMEOUT_MS = 60_000;

export class Runs {
  readonly harness: Harness;
  /** A client with the plugin, as an application has one. */
  readonly typed: Client;
  /** Task queue of the first worker. */
  readonly taskQueue: string;
  readonly #workers: { worker: Worker; done: Promise<void> }[] = [];
  readonly #unrecorded: string[] = [];

  private constructor(harness: Harness) {
    this.harness = harness;
    this.typed = new Client({ connection: harness.connection, plugins: [new JobTracingPlugin()] });
    this.taskQueue = harness.newTaskQueue();
  }

  /** Starts everything, with one worker. */
  static async start(setup: WorkerSetup = {}): Promise<Runs> {
    const runs = new Runs(await Harness.start());
    await runs.work(setup, runs.taskQueue);
    return runs;
  }

  /** Runs a further worker until {@link stop}; returns its task queue. */
  async work(setup: WorkerSetup, taskQueue = this.harness.newTaskQueue()): Promise<string> {
    const worker = await this.harness.createWorker(taskQueue, setup);
    this.#workers.push({ worker, done: worker.run() });
    return taskQueue;
  }

  /** Stops everything; then nothing may have come of what {@link expectNothingOf} was given. */
  async stop(): Promise<void> {
    for (const { worker } of this.#workers) worker.shutdown();
    await Promise.all(this.#workers.map(({ done }) => done));
    const received = this.#unrecorded.flatMap((traceId) => this.harness.receiver.trace(traceId));
    await this.harness.stop();
    deepEqual(received, []);
  }

  /** Runs the `temporal` CLI: the words of `line`, then `args` as they are. */
  cli(line: string, ...args: string[]): Promise<string> {
    return this.harness.cli(...line.split(' '), ...args);
  }

  /** The first `count` runs of the workflow to end, in this order. */
  async ended(workflowId: string, count = 1, within = TIMEOUT_MS): Promise<string[]> {
    const runs = await this.endedOf(`WorkflowId = '${workflowId}'`, count, within);
    return runs.map(({ runId }) => runId);
  }

  /** The run of the workflow that is running now, as soon as there is one. */
  async began(workflowId: string): Promise<string> {
    const handle = this.harness.client.workflow.getHandle(workflowId);
    const running = async () => {
      const found = await handle.describe().catch(() => undefined);
      return found?.status.name === 'RUNNING' && found.runId;
    };
    return until(running, { says: `${workflowId}: no run began` });
  }

  /** The first `count` runs to end of those that visibility finds with the query, in this order. */
  async endedOf(
    query: string,
    count: number,
    within = TIMEOUT_MS,
  ): Promise<{ workflowId: string; runId: string }[]> {
    let runs: { workflowId: string; runId: string; closed: number }[] = [];
    const areEnded = async () => {
      const found: typeof runs = [];
      for await (const { workflowId, runId, closeTime } of this.harness.client.workflow.list({ query })) {
        if (closeTime) found.push({ workflowId, runId, closed: closeTime.getTime() });
      }
      runs = found;
      return runs.length >= count;
    };
    await until(areEnded, { within, says: () => `${query}: ${runs.length} of ${count} runs ended` });
    return runs.sort((a, b) => a.closed - b.closed).slice(0, count);
  }

  /** Waits for the run's trace, which must be complete with the user's activity below the run; returns the root. */
  async rootOf(runId: string, traceId = traceIdOf(runId)): Promise<ReceivedSpan> {
    const { receiver } = this.harness;
    const isThere = (trace: readonly ReceivedSpan[]) => missing(trace, runId).length === 0;
    const trace = await receiver.waitFor(traceId, isThere).catch(() => receiver.trace(traceId));
    deepEqual(missing(trace, runId), [], `trace ${traceId} of run ${runId}`);
    const [root] = subtree(trace, rootIdOf(runId));
    ok(root);
    return root;
  }

  /** The run's root span, whatever is below it. */
  async rootSpan(runId: string): Promise<ReceivedSpan> {
    const isRoot = ({ spanId }: ReceivedSpan) => spanId === rootIdOf(runId);
    const trace = await this.harness.receiver.waitFor(traceIdOf(runId), (spans) => spans.some(isRoot));
    const root = trace.find(isRoot);
    ok(root);
    return root;
  }

  /** Expects that the top-level run is recorded, bound and complete in a trace of its own; returns the root. */
  async expectRun(
    workflowId: string,
    runId: string,
    trigger: string,
    attributes: Record<string, unknown> = {},
  ): Promise<ReceivedSpan> {
    const root = await this.rootOf(runId);
    deepEqual(await this.harness.attributesOf(workflowId, runId), {
      TraceId: traceIdOf(runId),
      JobName: root.attributes['job.name'],
      JobTrigger: trigger,
      JobRunId: runId,
      TraceSampled: true,
      ...attributes,
    });
    deepEqual(
      {
        parent: root.parentSpanId,
        trigger: root.attributes['job.trigger'],
        runId: root.attributes['job.run.id'],
      },
      { parent: undefined, trigger, runId },
    );
    await this.#expectIdentity(root, workflowId, runId);
    return root;
  }

  /** What identifies the run is on its root, and was on `RunStarted` from its first second. */
  async #expectIdentity(root: ReceivedSpan, workflowId: string, runId: string): Promise<void> {
    const trace = this.harness.receiver.trace(root.traceId);
    const started = trace.filter(
      ({ name, parentSpanId }) => name.startsWith('RunStarted:') && parentSpanId === root.spanId,
    );
    equal(started.length, 1);
    const expected = {
      'job.name': root.attributes['job.name'],
      'job.run.id': runId,
      'job.trigger': root.attributes['job.trigger'],
      'job.attempt': root.attributes['job.attempt'],
      'temporal.namespace': 'default',
      temporalWorkflowId: workflowId,
      run_id: runId,
    };
    for (const { name, attributes } of [root, ...started]) {
      const found = Object.keys(expected).map((key) => [key, attributes[key]]);
      deepEqual(Object.fromEntries(found), expected, name);
    }
  }

  /** Expects that the top-level run is bound, and that nothing of it is recorded. */
  async expectUnsampled(workflowId: string, runId: string, trigger: string, jobName: string): Promise<void> {
    deepEqual(await this.harness.attributesOf(workflowId, runId), {
      TraceId: traceIdOf(runId),
      JobName: jobName,
      JobTrigger: trigger,
      JobRunId: runId,
      TraceSampled: false,
    });
    this.expectNothingOf(traceIdOf(runId));
  }

  /** Expects that no span of the trace ever arrives; judged when everything is stopped. */
  expectNothingOf(traceId: string): void {
    this.#unrecorded.push(traceId);
  }

  /** The types of events in the run's history that the plugin can add. */
  async eventsOfOurs(workflowId: string, runId?: string): Promise<string[]> {
    const { events } = await this.harness.client.workflow.getHandle(workflowId, runId).fetchHistory();
    return (events ?? []).flatMap((event) => [
      ...(event.markerRecordedEventAttributes ? ['marker'] : []),
      ...(event.upsertWorkflowSearchAttributesEventAttributes ? ['upsert'] : []),
    ]);
  }
}

/** What the trace lacks, as a trace and below the run. */
function missing(trace: readonly ReceivedSpan[], runId: string): string[] {
  const below = subtree(trace, rootIdOf(runId)).map(
    ({ name, resource }) => `${resource['service.name'] === 'downstream' ? 'downstream ' : ''}${name}`,
  );
  const expected = ['RunActivity:callDownstream', 'downstream GET'];
  return [
    ...incomplete(trace),
    ...(below.length === 0 ? ['no span has the id of the root'] : []),
    ...expected.filter((name) => !below.includes(name)).map((name) => `${name} is not below the run`),
  ];
}
