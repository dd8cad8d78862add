/**
 * Half of the workers with `enabled: false`, half enabled, and no workflow cache, so that either may execute any task
 * of a run: every kind of run closes, no workflow task fails, and each run is traced and bound completely or not at
 * all.
 */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { serviceHandler } from 'nexus-rpc';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { incomplete } from '../../testing/otlp-trace';
import { until } from '../../testing/until';
import { foreignClientInterceptor } from '../support/foreign-headers';
import { Harness } from '../support/harness';
import {
  historiesBundle,
  markersOf,
  type RecordedRun,
  runKinds,
  runLocalKinds,
  taskFailures,
  ticksOf,
} from '../support/histories';
import { id, traceIdOf } from '../support/runs';
import { jobService } from '../support/workflows/nexus';

const ROUNDS = ['one', 'two', 'three'].map((round) => id(`fleet-${round}`));
const TICKS = 3;
const CRON = '@every 1s';
const REASON = 'reset-by-test';

const jobs = serviceHandler(jobService, {
  runJob: new WorkflowRunOperationHandler<string, string>((ctx, workflowId) =>
    startWorkflow(ctx, 'oneActivity', { workflowId }),
  ),
});

/**
 * A span arrives twice when the server has refused the completion of its task: as of a run that was signalled
 * meanwhile.
 */
function distinct(trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  return [...new Map(trace.map((span) => [span.spanId, span])).values()];
}

/** Returns whether the span is of an activity, or of a call in it. */
function isOfActivity(name: string): boolean {
  return name.startsWith('RunActivity:') || name === 'GET';
}

describe('a fleet of which half is not enabled', () => {
  let harness: Harness;
  let runs: RecordedRun[];
  /** Closed runs with a trace of their own, with a marker and without. */
  let traced: RecordedRun[];
  let untraced: RecordedRun[];

  before(async () => {
    harness = await Harness.start();
    const workflowBundle = await historiesBundle({}, require.resolve('../support/workflows/fleet'));
    const worker = (identity: string, enabled: boolean) => ({
      plugin: { enabled },
      options: { identity, workflowBundle, maxCachedWorkflows: 0, nexusServices: [jobs] },
    });
    runs = await harness.whileWorking([worker('on', true), worker('off', false)], async (taskQueue) => {
      const ended = await Promise.all([
        runKinds(harness.client, taskQueue, ...ROUNDS.map((round) => `${round} kind`)),
        ...ROUNDS.map((round) => cron(taskQueue, round)),
        ...ROUNDS.map((round) => cronChild(taskQueue, round)),
      ]);
      const local = await runLocalKinds(harness.client, taskQueue, ...ROUNDS);
      return [...ended.flat(), ...local, ...(await startedOnes(taskQueue))];
    });
    const ownTrace = runs.filter(
      ({ workflowId, history }) =>
        !/(?<!cron parent)-child$|-reset$/.test(workflowId) &&
        !history.events?.at(-1)?.workflowExecutionTerminatedEventAttributes &&
        // On a busy machine, a task may time out; then the other worker executes a task whose spans this one has
        // exported.
        !history.events?.some((event) => event.workflowTaskTimedOutEventAttributes),
    );
    traced = ownTrace.filter(({ history }) => markersOf(history).length > 0);
    untraced = ownTrace.filter(({ history }) => markersOf(history).length === 0);
  });
  after(() => harness?.stop());

  async function cron(taskQueue: string, round: string): Promise<RecordedRun[]> {
    const workflowId = `${round} cron`;
    const start = { taskQueue, workflowId, cronSchedule: CRON };
    const { firstExecutionRunId } = await harness.client.workflow.start('oneActivity', start);
    return ticksOf(harness.client, workflowId, firstExecutionRunId, TICKS);
  }

  async function cronChild(taskQueue: string, round: string): Promise<RecordedRun[]> {
    const { workflow } = harness.client;
    const workflowId = `${round} cron parent`;
    const handle = await workflow.start('cronParent', { taskQueue, workflowId, args: [CRON] });
    await handle.result();
    const { runId } = await workflow.getHandle(`${workflowId}-child`).describe();
    return ticksOf(harness.client, `${workflowId}-child`, runId, 1);
  }

  /** Waits for the runs of each kind of start, and returns them after they have closed. */
  async function startedOnes(taskQueue: string): Promise<RecordedRun[]> {
    const counts = await Promise.all(ROUNDS.map((round) => startAll(taskQueue, `${round}-way`)));
    const expected = counts.reduce((sum, count) => sum + count, 0);
    const ways = ROUNDS.map((round) => `WorkflowId STARTS_WITH "${round}-way"`);
    const found = await endedWith(ways.join(' OR '), expected);
    equal(found.length, expected);
    return Promise.all(
      found.map(async (run) => {
        const handle = harness.client.workflow.getHandle(run.workflowId, run.runId);
        return { ...run, history: await handle.fetchHistory() };
      }),
    );
  }

  /** Starts runs in each way; returns the number of runs that will close. */
  async function startAll(taskQueue: string, prefix: string): Promise<number> {
    const { client, connection } = harness;
    const cli = (line: string, ...args: string[]) => harness.cli(...line.split(' '), ...args);
    const start = (name: string) => ({ taskQueue, workflowId: `${prefix}-${name}` });
    const flags = (name: string) => `--task-queue ${taskQueue} --workflow-id ${prefix}-${name}`;
    const typed = new Client({ connection, plugins: [new JobTracingPlugin()] });
    const official = new Client({
      connection,
      interceptors: { workflow: [new OpenTelemetryWorkflowClientInterceptor()] },
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const go = new Client({
      connection,
      interceptors: { workflow: [foreignClientInterceptor({ traceparent })] },
    });

    await cli(`workflow start --type oneActivity ${flags('delayed')} --start-delay 1s`);
    await cli(`workflow signal-with-start --signal-name runNow --type oneActivity ${flags('manual')}`);
    await cli(
      `schedule create --schedule-id ${prefix} --type oneActivity ${flags('action')} --interval 1h --paused`,
    );
    await cli(
      `schedule backfill --schedule-id ${prefix} --overlap-policy AllowAll`,
      ...['--start-time', '2026-01-01T00:30:00Z', '--end-time', '2026-01-01T02:30:00Z'],
    );
    for (const [name, by] of Object.entries({ typed, official, go }))
      await by.workflow.start('oneActivity', start(name));
    await typed.workflow.start('oneActivity', { ...start('forced'), job: { runNow: true } });

    const withUpdate = new WithStartWorkflowOperation('waits', {
      ...start('update'),
      workflowIdConflictPolicy: 'FAIL',
    });
    await client.workflow.executeUpdateWithStart('greet', {
      args: ['you'],
      startWorkflowOperation: withUpdate,
    });
    // On a workflow that is open.
    await cli(`workflow signal-with-start --signal-name runNow --type waits ${flags('update')}`);
    await client.workflow.getHandle(`${prefix}-update`).signal('finish');

    const cron = await client.workflow.start('oneActivity', { ...start('cron'), cronSchedule: '@every 5s' });
    // If a signal arrives during a run's last task, the server refuses the task's completion, and the task is retried.
    await endedWith(`WorkflowId = "${prefix}-cron"`, 1);
    await client.workflow.getHandle(cron.workflowId).signal('runNow');

    const parent = { type: 'continues', args: [2] };
    await client.workflow.start('parent', { ...start('family'), args: [parent] });

    const endpoint = prefix;
    await cli(
      `operator nexus endpoint create --name ${endpoint} --target-namespace default --target-task-queue ${taskQueue}`,
    );
    await client.workflow.start('callsNexus', {
      ...start('nexus'),
      args: [endpoint, `${prefix}-by-nexus`],
    });

    const reset = await client.workflow.start('oneActivity', start('reset'));
    await reset.result();
    await cli(
      `workflow reset ${flags('reset').split(' ').slice(2).join(' ')} --type LastWorkflowTask --reason ${REASON}`,
    );

    const [, second] = await endedWith(`WorkflowId = "${prefix}-cron"`, 2);
    ok(second);
    await cron.terminate();
    // Alone: delayed, manual, 2 actions, typed, official, go, forced, update; 2 ticks and the terminated one;
    // parent and 3 of its child; caller and callee; the original and its reset.
    return 9 + 3 + 4 + 2 + 2;
  }

  /** Waits until so many runs of the visibility query have closed, and returns them. */
  async function endedWith(query: string, count: number): Promise<{ workflowId: string; runId: string }[]> {
    let ended = 0;
    const areEnded = async () => {
      const found: { workflowId: string; runId: string }[] = [];
      for await (const { workflowId, runId, closeTime } of harness.client.workflow.list({ query }))
        if (closeTime) found.push({ workflowId, runId });
      ended = found.length;
      return ended >= count && found;
    };
    return until(areEnded, { says: () => `${query}: ${ended} of ${count} runs ended` });
  }

  it('shares the tasks of its runs', () => {
    const workersOf = ({ history }: RecordedRun) =>
      new Set(history.events?.map((event) => event.workflowTaskStartedEventAttributes?.identity ?? ''));
    const isShared = (run: RecordedRun) => workersOf(run).has('on') && workersOf(run).has('off');
    ok(traced.some(isShared), 'a traced run that both worked on');
    ok(untraced.some(isShared), 'an untraced run that both worked on');
    const byWay = (some: readonly RecordedRun[]) =>
      some.filter(({ workflowId }) => workflowId.includes('-way-'));
    ok(byWay(traced).length > ROUNDS.length, `${byWay(traced).length} traced`);
    ok(byWay(untraced).length > ROUNDS.length, `${byWay(untraced).length} untraced`);
  });

  it('fails no workflow task', () => {
    ok(runs.length > 100, `${runs.length} runs`);
    // A reset is recorded as a failed task, with the reason of the request.
    const failures = ({ history }: RecordedRun) =>
      taskFailures(history).filter((why) => !why.endsWith(REASON));
    for (const run of runs) deepEqual(failures(run), [], run.workflowId);
  });

  it('traces and binds a run completely if an enabled worker did its first task', async () => {
    for (const { workflowId, runId } of traced) {
      const traceId = traceIdOf(runId);
      await harness.receiver.waitFor(traceId, (trace) => incomplete(distinct(trace)).length === 0);
      const { TraceId, TraceSampled } = await harness.searchAttributesOf(workflowId, runId);
      deepEqual({ TraceId, TraceSampled }, { TraceId: traceId, TraceSampled: true }, workflowId);
    }
  });

  it('otherwise traces only its activities on an enabled worker', async () => {
    for (const { workflowId, runId } of untraced) {
      const traceId = traceIdOf(runId);
      const spans = harness.receiver.trace(traceId).filter(({ name }) => !isOfActivity(name));
      deepEqual(spans, [], workflowId);
      // A continuation starts with the attributes of the previous run, which contain that run's id.
      notEqual((await harness.searchAttributesOf(workflowId, runId)).TraceId, traceId, workflowId);
    }
  });
});
