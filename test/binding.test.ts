/**
 * Runs are bound only while the namespace has every search attribute with the right type. Other runs are traced and
 * found too, and one warning names the command that helps.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { JobClient } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { Harness } from './support/harness';

/** `temporal.api.enums.v1.IndexedValueType` */
const INT = 3;
/** Pause between two checks of a worker while search attributes are missing. */
const CHECKS_EVERY_MS = 10_000;
const CHECKED_WITHIN_MS = CHECKS_EVERY_MS + 5_000;
const CHECKS_ONLY: JobTracingOptions = { registerSearchAttributes: false };

/** Namespaces of this test run only: test files may share the server. */
const run = randomUUID().slice(0, 8);
const [late, half, wrong, idle] = [`late-${run}`, `half-${run}`, `wrong-${run}`, `idle-${run}`] as const;

interface ClosedRun {
  readonly traceId: string;
  readonly runId: string;
  readonly workflowId: string;
  /** Ids of the plugin's markers in the history, such as `unbound`. */
  readonly markers: readonly string[];
  readonly attributes: Record<string, unknown>;
}

describe('binding', { concurrency: 4 }, () => {
  let harness: Harness;

  before(async () => {
    harness = await Harness.start({ namespaces: [late, half, wrong, idle] });
  });

  after(async () => {
    await harness?.stop();
  });

  /** Runs a workflow, and asserts what must be true of every run, bound or not. */
  async function runToEnd(
    namespace: string,
    taskQueue: string,
    type: string,
    ...args: unknown[]
  ): Promise<ClosedRun> {
    const client = new Client({ connection: harness.connection, namespace });
    const handle = await client.workflow.start(type, { taskQueue, workflowId: randomUUID(), args });
    await handle.result();
    const { workflowId, firstExecutionRunId: runId } = handle;
    const first = client.workflow.getHandle(workflowId, runId);
    const { events } = await first.fetchHistory();
    ok(!events?.some((event) => event.workflowTaskFailedEventAttributes), `${type}: no task failed`);
    const traceId = runId.replaceAll('-', '');
    await harness.completeTrace(traceId);
    const runs = await new JobClient({ client }).traces.find(traceId);
    equal(runs?.root.runId, runId, `${type} is found by its TraceId`);
    const { searchAttributes } = await first.describe();
    const { TraceId, JobName, JobTrigger, TraceSampled } = searchAttributes;
    return {
      ...{ traceId, runId, workflowId },
      markers: (events ?? []).flatMap(
        ({ markerRecordedEventAttributes: marker }) =>
          /job-tracing:([\w-]+)/.exec(
            String(Buffer.from(marker?.details?.['patch-data']?.payloads?.[0]?.data ?? [])),
          )?.[1] ?? [],
      ),
      attributes: Object.fromEntries(
        Object.entries({ TraceId, JobName, JobTrigger, TraceSampled }).flatMap(([name, values]) =>
          values?.[0] === undefined ? [] : [[name, values[0]]],
        ),
      ),
    };
  }

  const isBound = ({ attributes, traceId }: ClosedRun) => attributes.TraceId === traceId;
  const linesOn = (namespace: string) => harness.log.filter((line) => line.includes(namespace));

  it('without the attributes runs end, are traced and found; once registered, binding starts automatically', async () => {
    await harness.whileWorking({ plugin: CHECKS_ONLY, options: { namespace: late } }, async (taskQueue) => {
      const [first, child] = await Promise.all([
        runToEnd(late, taskQueue, 'oneActivity'),
        runToEnd(late, taskQueue, 'parent'),
      ]);
      for (const { markers, attributes } of [first, child]) {
        deepEqual(markers, ['unbound']);
        deepEqual(attributes, {});
      }
      const [warning = '', ...more] = linesOn(late);
      deepEqual(more, [], 'it is said once');
      match(warning, /^WARN temporal-job-tracing: runs are not bound \(traces are still recorded\)/);
      match(warning, /not registered: TraceId, JobName, JobTrigger, JobRunId, TraceSampled\./);
      const command = /`temporal (operator search-attribute create [^`]+)`/.exec(warning)?.[1];
      ok(command, `a command that helps: ${warning}`);

      await harness.cli(...command.split(' '));
      await until(() => linesOn(late).length > 1, { within: CHECKED_WITHIN_MS, says: 'no second line' });
      deepEqual(linesOn(late).slice(1), [
        `INFO temporal-job-tracing: runs of namespace ${late} are bound from now on `,
      ]);
      const bound = await runToEnd(late, taskQueue, 'oneActivity');
      deepEqual(bound.markers, ['default']);
      deepEqual(bound.attributes, {
        TraceId: bound.traceId,
        JobName: 'oneActivity',
        JobTrigger: 'api',
        TraceSampled: true,
      });
    });
  });

  it('a worker that was created checks once, and goes on checking only while it runs', async () => {
    const connection = await NativeConnection.connect({ address: harness.server.address });
    const options = { namespace: idle, connection };
    const worker = await harness.createWorker(harness.newTaskQueue(), { plugin: CHECKS_ONLY, options });
    equal(linesOn(idle).length, 1, 'it says what is missing');
    await new JobClient({
      client: new Client({ connection: harness.connection, namespace: idle }),
    }).ensureSearchAttributes();
    // Longer than the pause between two checks: nothing must happen.
    await sleep(CHECKS_EVERY_MS + 1_000);
    equal(linesOn(idle).length, 1, 'it does not check while it does not run');
    await harness.whileRunning([worker], () =>
      until(() => linesOn(idle).length > 1, { says: 'it does not check while it runs' }),
    );
    await connection.close();
  });

  it('with half of the workers bound and half not, every run ends as the first of its workers decided', async () => {
    const options = { namespace: half, maxCachedWorkflows: 0 };
    // No local activities: without a cache, the SDK drops or repeats them, even without the plugin.
    const kinds = [['oneActivity'], ['randoms'], ['parent'], ['continues', 1]] as const;
    await harness.whileWorking({ plugin: CHECKS_ONLY, options }, async (taskQueue) => {
      const round = () =>
        Promise.all(kinds.map(([type, ...args]) => runToEnd(half, taskQueue, type, ...args)));
      const runs = await round();
      ok(!runs.some(isBound), 'nothing is registered yet');
      // The other worker registers the attributes and binds at once; the first one checks again some seconds later.
      const connection = await NativeConnection.connect({ address: harness.server.address });
      const other = await harness.createWorker(taskQueue, { options: { ...options, connection } });
      await harness.whileRunning([other], async () => {
        while (!runs.some(isBound)) {
          runs.push(...(await round()));
          ok(runs.length < 100, 'the other worker begins no run');
        }
      });
      await connection.close();
      for (const each of runs) {
        deepEqual(each.markers, [isBound(each) ? 'default' : 'unbound']);
        equal(Object.keys(each.attributes).length, isBound(each) ? 4 : 0);
      }
    });
  });

  it('a TraceId of the wrong type stops no run, and is logged once with the commands to fix it', async () => {
    await harness.connection.operatorService.addSearchAttributes({
      namespace: wrong,
      searchAttributes: { TraceId: INT },
    });
    for (const plugin of [CHECKS_ONLY, {}]) {
      const before = linesOn(wrong).length;
      await harness.whileWorking({ plugin, options: { namespace: wrong } }, async (taskQueue) => {
        const { markers, attributes } = await runToEnd(wrong, taskQueue, 'oneActivity');
        deepEqual([markers, attributes], [['unbound'], {}]);
      });
      const [warning = '', ...more] = linesOn(wrong).slice(before);
      deepEqual(more, [], 'it is said once');
      match(warning, /^WARN .*runs are not bound .*TraceId is Int, must be Keyword/);
      match(warning, /`temporal operator search-attribute remove --namespace wrong-\w+ --name TraceId`/);
      match(
        warning,
        /`temporal operator search-attribute create --namespace wrong-\w+ --name TraceId --type/,
      );
    }
  });
});
