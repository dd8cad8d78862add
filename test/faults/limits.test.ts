/**
 * Values above the server's limits: all values that the plugin adds to a run stay within the limits, so that every run
 * closes as without the plugin, on any store.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { serviceHandler } from 'nexus-rpc';
import { JobClient } from 'temporal-job-tracing/client';
import { until } from '../../testing/until';
import { foreignClientInterceptor } from '../support/foreign-headers';
import { taskFailures } from '../support/histories';
import { id, Runs } from '../support/runs';
import { nothing } from '../support/workflows/limits';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const handler = serviceHandler(nothing, { doNothing: async (_ctx, input) => input });

/** The part of the explanation of a client without the policy. */
const MISSING =
  "which is not known here (it is in the workers' option sampling or in Redis: set the option sampling or redis of JobClient)";

describe('values larger than the server accepts', { concurrency: 4 }, () => {
  let runs: Runs;
  let client: Client;
  before(async () => {
    runs = await Runs.start({
      options: { workflowsPath: require.resolve('../support/workflows/limits'), nexusServices: [handler] },
    });
    ({ client } = runs.harness);
  });
  after(() => runs?.stop());

  const start = (type: string, name: string, options: object = {}, by = client) =>
    by.workflow.start(type, { taskQueue: runs.taskQueue, workflowId: id(name), ...options });
  const by = (carrier: Record<string, string>) =>
    new Client({
      connection: runs.harness.connection,
      interceptors: { workflow: [foreignClientInterceptor(carrier)] },
    });

  async function expectNoFailure(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<void> {
    deepEqual(taskFailures(await handle.fetchHistory()), []);
  }

  const names: Record<string, readonly [given: string, stored: string]> = {
    '2,046 bytes': ['x'.repeat(2_046), 'x'.repeat(255)],
    '3,000 characters of four bytes': ['\u{1f4a1}'.repeat(3_000), '\u{1f4a1}'.repeat(255)],
    '256 characters': ['y'.repeat(256), 'y'.repeat(255)],
    'a NUL': ['nightly\0report', 'nightly\ufffdreport'],
  };
  for (const [what, [given, stored]] of Object.entries(names)) {
    it(`a job name of ${what} is cut, in the run, in its child and in the client alike`, async () => {
      const handle = await start('startsChild', `name ${what}`, { memo: { jobName: given } });
      await handle.result();
      await expectNoFailure(handle);
      const attributes = await runs.harness.searchAttributesOf(handle.workflowId);
      equal(attributes.JobName, stored);
      const root = await runs.rootSpanOf(handle.firstExecutionRunId);
      equal(root.attributes['job.name'], stored);
      const { run: found } = await runs.harness.jobs.traces.of({ workflowId: handle.workflowId });
      equal(found?.job, stored);
      const listed = await runs.closedRuns(`JobName = '${stored}' AND JobTrigger = 'child'`, 1);
      equal(listed.length, 1);
    });
  }

  it('a foreign header with a job and a run id of 3,000 bytes: what the run starts is bound within limits', async () => {
    const part = { kind: 'shard', job: 'j'.repeat(3_000), runId: 'r'.repeat(3_000), trigger: 'api' };
    const carrier = {
      traceparent: TRACEPARENT,
      'job-tracing': JSON.stringify({ ...part, shard: { index: 0 } }),
    };
    const searchAttributes = { TraceId: [TRACE] };
    const handle = await start('startsChild', 'foreign', { searchAttributes }, by(carrier));
    await handle.result();
    await expectNoFailure(handle);
    const [child] = await runs.closedRuns(`TraceId = '${TRACE}' AND JobTrigger = 'child'`, 1);
    const { JobName, JobRunId } = await runs.harness.searchAttributesOf(child?.workflowId ?? '');
    deepEqual([JobName, JobRunId], ['j'.repeat(255), 'r'.repeat(255)]);
  });

  it('a typed client and a job spec refuse values that are too long, with the limit', async () => {
    const name = 'n'.repeat(256);
    const expected = /at most 255 characters, no double quote, backslash or control character/;
    const starting = runs.pluginClient.workflow.start('oneActivity', {
      ...{ taskQueue: runs.taskQueue, workflowId: id('refused'), job: { name } },
    });
    await rejects(starting, expected);
    const jobs = new JobClient({ client });
    const options = { taskQueue: runs.taskQueue };
    for (const spec of [
      { name },
      { taskQueue: name },
      { lane: { name: 'a', taskQueue: name } },
      { name: 'a\0' },
      { name: 'a "b"' },
      { name: 'a\\b' },
      { name: 'a\nb' },
    ])
      await rejects(jobs.create(id('job'), { workflow: 'oneActivity', ...spec }, options), expected);
    await rejects(jobs.create(name, { workflow: 'oneActivity' }, options), expected);
  });

  /** Waits until one workflow task has scheduled all calls, and terminates the run. */
  async function expectTaken(
    handle: WorkflowHandle,
    pending: 'pendingActivities' | 'pendingChildren',
    count: number,
  ) {
    await until(
      async () => {
        const { raw } = await handle.describe();
        return raw[pending]?.length === count;
      },
      { says: `the server has not taken ${count} calls` },
    );
    await handle.terminate();
    const history = await handle.fetchHistory();
    deepEqual(taskFailures(history), []);
    return (history.events ?? []).flatMap(
      ({
        activityTaskScheduledEventAttributes: activity,
        startChildWorkflowExecutionInitiatedEventAttributes: child,
      }) =>
        activity || child
          ? [Buffer.from((activity ?? child)?.header?.fields?.['_tracer-data']?.data ?? []).toString()]
          : [],
    );
  }

  const BAGGAGE = `user.note=${'b'.repeat(7_000)}`;
  const sums = [
    ['manyActivities', 'pendingActivities', 1_400, 10],
    ['manyActivities', 'pendingActivities', 1_400, 2_500],
    ['manyChildren', 'pendingChildren', 1_500, 10],
    ['manyChildren', 'pendingChildren', 1_500, 2_000],
  ] as const;
  // One after the other, since the SDK limits an activation to 5 s.
  describe('in sum', { concurrency: 1 }, () => {
    for (const [type, pending, count, bytes] of sums) {
      it(`${count} calls of ${type}, with ${bytes} bytes each and 7 KB of baggage, fit into one task`, async () => {
        const args = [count, bytes, id('nobody')];
        const carrier = { traceparent: TRACEPARENT, baggage: BAGGAGE };
        const handle = await start(type, `${type} ${bytes}`, { args }, by(carrier));
        const headers = await expectTaken(handle, pending, count);
        equal(headers.length, count);
        const [first = '', last = ''] = [headers[0], headers.at(-1)];
        if (bytes < 100) {
          ok(first.includes('user.note') && !last.includes('user.note'), 'the last carry less');
          match(last, /traceparent/);
        } else {
          deepEqual([first, last], ['', ''], 'there is no room for any');
        }
      });
    }

    it('a reduction is logged once, with the remedy', () => {
      for (const what of [
        'Baggage of a run was ignored',
        'The trace of the calls of a workflow task was ignored',
      ]) {
        const lines = runs.harness.log.filter((line) => line.includes(what));
        equal(lines.length, 1, `${what}: ${lines.join('\n')}`);
      }
    });
  });

  it('a Nexus operation with 7 KB of baggage is accepted, although its headers may have 4 KB', async () => {
    const endpoint = id('nothing');
    await runs.cli(
      `operator nexus endpoint create --name ${endpoint} --target-namespace default --target-task-queue ${runs.taskQueue}`,
    );
    const carrier = { traceparent: TRACEPARENT, baggage: BAGGAGE };
    const handle = await start('callsNexus', 'nexus', { args: [endpoint] }, by(carrier));
    equal(await handle.result(), 'done');
    await expectNoFailure(handle);
    const { events } = await handle.fetchHistory();
    const scheduled = events?.find((event) => event.nexusOperationScheduledEventAttributes);
    const headers = scheduled?.nexusOperationScheduledEventAttributes?.nexusHeader ?? {};
    deepEqual(Object.keys(headers), ['traceparent']);
  });

  it('with more user patches than can be listed, the client does not contradict itself', async () => {
    const quiet = await runs.startWorker({
      plugin: { sampling: { default: 0 } },
      options: { workflowsPath: require.resolve('../support/workflows/limits') },
    });
    const handle = await start('manyPatches', 'patches', { taskQueue: quiet });
    await rejects(handle.result());
    await expectNoFailure(handle);
    const { run } = await runs.harness.jobs.traces.of({ workflowId: handle.workflowId });
    deepEqual(
      [run?.sampled, run?.sampling?.sampled, run?.sampling?.text],
      [true, true, `kept, only the root span; not sampled: the ratio of its rule, ${MISSING}`],
    );
  });
});
