/**
 * Workers that run for all tests of a file, and assertions about closed runs, from visibility and from the spans at the
 * OTLP receiver.
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

/** Returns a workflow id that no other test file uses, and no other run of this file; test files may share a server. */
export const id = (name: string) => `${PREFIX}-${name}`;
/** Returns the trace id of a top-level run. */
export const traceIdOf = (runId: string) => runId.replaceAll('-', '');
/** Returns the span id of a top-level run's `RunWorkflow` span. */
export const rootIdOf = (runId: string) => traceIdOf(runId).slice(16);
/** Returns the link to a run's root span, as the next tick, attempt or continuation has it. */
export const linkTo = (runId: string) => `${traceIdOf(runId)}/${rootIdOf(runId)}`;
/** Returns the span's links, as `traceId/spanId`. */
export const linksOf = (span: ReceivedSpan) =>
  span.links.map(({ traceId, spanId }) => `${traceId}/${spanId}`);

/** Options of a bundle that loads the plugin's modules once for all workflows, as in docs/map-reduce.md. */
export const PRELOADED: NonNullable<WorkerOptions['bundlerOptions']> = {
  preloadModules: ['temporal-job-tracing/workflow', 'temporal-job-tracing/workflows'],
};

/** Returns the span with this id and all its descendants. */
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
  /** A client with the plugin, like an application's. */
  readonly pluginClient: Client;
  /** Task queue of the first worker. */
  readonly taskQueue: string;
  readonly #workers: { worker: Worker; done: Promise<void> }[] = [];
  readonly #tracesWithoutSpans: string[] = [];

  private constructor(harness: Harness) {
    this.harness = harness;
    this.pluginClient = new Client({ connection: harness.connection, plugins: [new JobTracingPlugin()] });
    this.taskQueue = harness.newTaskQueue();
  }

  /** Starts a harness and one worker. */
  static async start(setup: WorkerSetup = {}): Promise<Runs> {
    const runs = new Runs(await Harness.start());
    await runs.startWorker(setup, runs.taskQueue);
    return runs;
  }

  /** Starts another worker, which runs until {@link stop}; returns its task queue. */
  async startWorker(setup: WorkerSetup, taskQueue = this.harness.newTaskQueue()): Promise<string> {
    const worker = await this.harness.createWorker(taskQueue, setup);
    this.#workers.push({ worker, done: worker.run() });
    return taskQueue;
  }

  /** Stops everything, then asserts that no span of the traces of {@link expectNoSpansOf} has arrived. */
  async stop(): Promise<void> {
    for (const { worker } of this.#workers) worker.shutdown();
    await Promise.all(this.#workers.map(({ done }) => done));
    const received = this.#tracesWithoutSpans.flatMap((traceId) => this.harness.receiver.trace(traceId));
    await this.harness.stop();
    deepEqual(received, []);
  }

  /** Runs the `temporal` CLI with the words of `line` and then `args`, which may contain spaces. */
  cli(line: string, ...args: string[]): Promise<string> {
    return this.harness.cli(...line.split(' '), ...args);
  }

  /** Waits for the first `count` runs of the workflow to close; returns their run ids in this order. */
  async closedRunIds(workflowId: string, count = 1, within = TIMEOUT_MS): Promise<string[]> {
    const runs = await this.closedRuns(`WorkflowId = '${workflowId}'`, count, within);
    return runs.map(({ runId }) => runId);
  }

  /** Waits until a run of the workflow is open; returns its run id. */
  async openRunId(workflowId: string): Promise<string> {
    const handle = this.harness.client.workflow.getHandle(workflowId);
    const running = async () => {
      const found = await handle.describe().catch(() => undefined);
      return found?.status.name === 'RUNNING' && found.runId;
    };
    return until(running, { says: `${workflowId}: no run began` });
  }

  /** Waits for the first `count` runs to close of those that match the visibility query; returns them in this order. */
  async closedRuns(
    query: string,
    count: number,
    within = TIMEOUT_MS,
  ): Promise<{ workflowId: string; runId: string }[]> {
    let runs: { workflowId: string; runId: string; closed: number }[] = [];
    const areClosed = async () => {
      const found: typeof runs = [];
      for await (const { workflowId, runId, closeTime } of this.harness.client.workflow.list({ query })) {
        if (closeTime) found.push({ workflowId, runId, closed: closeTime.getTime() });
      }
      runs = found;
      return runs.length >= count;
    };
    await until(areClosed, { within, says: () => `${query}: ${runs.length} of ${count} runs ended` });
    return runs.sort((a, b) => a.closed - b.closed).slice(0, count);
  }

  /** Waits until the run's trace is complete, with the user's activity below the root; returns the root. */
  async completeRootOf(runId: string, traceId = traceIdOf(runId)): Promise<ReceivedSpan> {
    const { receiver } = this.harness;
    const isThere = (trace: readonly ReceivedSpan[]) => missing(trace, runId).length === 0;
    const trace = await receiver.waitFor(traceId, isThere).catch(() => receiver.trace(traceId));
    deepEqual(missing(trace, runId), [], `trace ${traceId} of run ${runId}`);
    const [root] = subtree(trace, rootIdOf(runId));
    ok(root);
    return root;
  }

  /** Waits for the run's root span, with or without children. */
  async rootSpanOf(runId: string): Promise<ReceivedSpan> {
    const isRoot = ({ spanId }: ReceivedSpan) => spanId === rootIdOf(runId);
    const trace = await this.harness.receiver.waitFor(traceIdOf(runId), (spans) => spans.some(isRoot));
    const root = trace.find(isRoot);
    ok(root);
    return root;
  }

  /** Asserts that the top-level run is sampled and bound, with a complete trace of its own; returns the root. */
  async expectRun(
    workflowId: string,
    runId: string,
    trigger: string,
    attributes: Record<string, unknown> = {},
  ): Promise<ReceivedSpan> {
    const root = await this.completeRootOf(runId);
    deepEqual(await this.harness.searchAttributesOf(workflowId, runId), {
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

  /** Asserts that the attributes that identify the run are on its root and on its `RunStarted` span. */
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

  /** Asserts that the top-level run is bound and not sampled, and that none of its spans arrives. */
  async expectUnsampled(workflowId: string, runId: string, trigger: string, jobName: string): Promise<void> {
    deepEqual(await this.harness.searchAttributesOf(workflowId, runId), {
      TraceId: traceIdOf(runId),
      JobName: jobName,
      JobTrigger: trigger,
      JobRunId: runId,
      TraceSampled: false,
    });
    this.expectNoSpansOf(traceIdOf(runId));
  }

  /** Asserts, in {@link stop}, that no span of the trace has arrived. */
  expectNoSpansOf(traceId: string): void {
    this.#tracesWithoutSpans.push(traceId);
  }

  /** Returns the markers and upserts in the run's history: the events that the plugin may add. */
  async pluginEvents(workflowId: string, runId?: string): Promise<string[]> {
    const { events } = await this.harness.client.workflow.getHandle(workflowId, runId).fetchHistory();
    return (events ?? []).flatMap((event) => [
      ...(event.markerRecordedEventAttributes ? ['marker'] : []),
      ...(event.upsertWorkflowSearchAttributesEventAttributes ? ['upsert'] : []),
    ]);
  }
}

/** Returns what the trace lacks, in general and below the run's root. */
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
