/**
 * A fleet of which half is not enabled, without a workflow cache, runs whatever a run can be started by: each
 * run ends, no workflow task fails, and a run is traced and bound whole or not at all.
 *
 * Plain starts, cron, retries, continuations and children are in `fleet.test.ts`.
 */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, WithStartWorkflowOperation } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { serviceHandler } from 'nexus-rpc';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { foreignClient } from './support/foreign-headers';
import { Harness } from './support/harness';
import { bundleOf, markersOf, type Recorded, taskFailures } from './support/histories';
import { id, traceIdOf } from './support/runs';
import { jobService } from './support/workflows/nexus';

const ROUNDS = 3;
const TIMEOUT_MS = 60_000;
const PREFIX = id('fleet');
const REASON = 'reset-by-test';

const jobs = serviceHandler(jobService, {
  runJob: new WorkflowRunOperationHandler<string, string>((ctx, workflowId) =>
    startWorkflow(ctx, 'oneActivity', { workflowId }),
  ),
});

describe('a fleet of which half is not enabled', () => {
  let harness: Harness;
  let runs: Recorded[];
  before(async () => {
    harness = await Harness.start();
    const workflowBundle = await bundleOf({}, require.resolve('./support/workflows/fleet'));
    const worker = (identity: string, enabled: boolean) => ({
      plugin: { enabled },
      options: { identity, workflowBundle, maxCachedWorkflows: 0, nexusServices: [jobs] },
    });
    runs = await harness.whileWorking([worker('on', true), worker('off', false)], async (taskQueue) => {
      const rounds = Array.from({ length: ROUNDS }, (_, round) => startAll(taskQueue, `${PREFIX}-${round}`));
      const expected = (await Promise.all(rounds)).reduce((sum, count) => sum + count, 0);
      return ended(expected);
    });
  });
  after(() => harness?.stop());

  /** Starts runs in each way; resolves to the number of runs that will have ended. */
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
    const go = new Client({ connection, interceptors: { workflow: [foreignClient({ traceparent })] } });

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
    // On a workflow that already runs.
    await cli(`workflow signal-with-start --signal-name runNow --type waits ${flags('update')}`);
    await client.workflow.getHandle(`${prefix}-update`).signal('finish');

    const cron = await client.workflow.start('oneActivity', { ...start('cron'), cronSchedule: '@every 5s' });
    // To a run that ends meanwhile, a signal makes the server refuse its last task, and the task is done again.
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

  /** The runs that have ended of those that visibility finds, as soon as they are as many. */
  async function endedWith(query: string, count: number): Promise<{ workflowId: string; runId: string }[]> {
    const giveUp = Date.now() + TIMEOUT_MS;
    for (;;) {
      const found: { workflowId: string; runId: string }[] = [];
      for await (const { workflowId, runId, closeTime } of harness.client.workflow.list({ query }))
        if (closeTime) found.push({ workflowId, runId });
      if (found.length >= count) return found;
      ok(Date.now() < giveUp, `${query}: ${found.length} of ${count} runs ended`);
      await sleep(200);
    }
  }

  async function ended(count: number): Promise<Recorded[]> {
    const found = await endedWith(`WorkflowId STARTS_WITH "${PREFIX}"`, count);
    equal(found.length, count);
    return Promise.all(
      found.map(async ({ workflowId, runId }) => ({
        ...{ workflowId, runId },
        history: await harness.client.workflow.getHandle(workflowId, runId).fetchHistory(),
      })),
    );
  }

  /** Top-level runs with a trace of their own that came to their end. */
  const top = () =>
    runs.filter(
      ({ workflowId, history }) =>
        !/-(family-child|reset)$/.test(workflowId) &&
        !history.events?.at(-1)?.workflowExecutionTerminatedEventAttributes,
    );

  it('fails no workflow task, whatever a run was started by', () => {
    // A reset is written as a task that failed, with the reason that was given.
    const failures = ({ history }: Recorded) => taskFailures(history).filter((why) => !why.endsWith(REASON));
    for (const run of runs) deepEqual(failures(run), [], run.workflowId);
  });

  it('traces and binds a run whole where its first task was done by a worker that is on', async () => {
    const traced = top().filter(({ history }) => markersOf(history).length > 0);
    ok(traced.length > ROUNDS, `${traced.length} of ${top().length} runs`);
    for (const { workflowId, runId } of traced) {
      await harness.completeTrace(traceIdOf(runId));
      const { TraceId, TraceSampled } = await harness.attributesOf(workflowId, runId);
      deepEqual({ TraceId, TraceSampled }, { TraceId: traceIdOf(runId), TraceSampled: true }, workflowId);
    }
  });

  it('leaves it alone otherwise', async () => {
    const passive = top().filter(({ history }) => markersOf(history).length === 0);
    ok(passive.length > ROUNDS, `${passive.length} of ${top().length} runs`);
    for (const { workflowId, runId } of passive) {
      deepEqual(harness.receiver.trace(traceIdOf(runId)), [], workflowId);
      notEqual((await harness.attributesOf(workflowId, runId)).TraceId, traceIdOf(runId), workflowId);
    }
  });
});
