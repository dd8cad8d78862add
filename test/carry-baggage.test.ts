/**
 * `carryBaggage` selects the entries of the starter's baggage that a run carries on. The run's history does not contain
 * entries that a client drops.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { context, propagation } from '@opentelemetry/api';
import { Client } from '@temporalio/client';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { JobClient } from 'temporal-job-tracing/client';
import { JobTracingClientPlugin } from 'temporal-job-tracing/client-plugin';
import { parseBaggage } from '../core/baggage';
import { readHeader } from '../core/trace-header';
import { id, Runs } from './support/runs';
import type { ReportedJobInfo } from './support/workflows/kinds';

const options = { workflowsPath: require.resolve('./support/workflows/kinds') };
const carryBaggage = ['tenant'];

/** Returns the names in a `baggage` header, without the plugin's. */
const namesIn = (header: string | undefined) =>
  [...parseBaggage(header).keys()].filter((name) => !/^(job|traffic)\./.test(name)).sort();

describe('carryBaggage', { concurrency: 4 }, () => {
  let runs: Runs;
  const queues: Record<string, string> = {};

  before(async () => {
    runs = await Runs.start({ options });
    queues.all = runs.taskQueue;
    queues.tenant = await runs.startWorker({ plugin: { carryBaggage }, options });
    queues.none = await runs.startWorker({ plugin: { carryBaggage: [] }, options });
  });
  after(() => runs.stop());

  /** Calls the function in a context with the user's baggage. */
  function withBaggage<T>(fn: () => Promise<T>): Promise<T> {
    const baggage = propagation.createBaggage({
      email: { value: 'ada@example.com' },
      tenant: { value: 'cheese' },
    });
    return context.with(propagation.setBaggage(context.active(), baggage), fn);
  }

  for (const [queue, type, expected] of [
    ['all', 'returnsJobInfo', ['email', 'tenant']],
    ['tenant', 'returnsJobInfo', ['tenant']],
    ['tenant', 'returnsJobInfoOfChild', ['tenant']],
    ['tenant', 'returnsJobInfoContinued', ['tenant']],
    ['none', 'returnsJobInfo', []],
  ] as const) {
    it(`of a worker (${queue}): ${type} carries ${expected.join(' and ') || 'nothing'} on`, async () => {
      const start = { taskQueue: queues[queue] ?? '', workflowId: id(`${queue}-${type}`) };
      const result: ReportedJobInfo = await withBaggage(() =>
        runs.pluginClient.workflow.execute(type, start),
      );
      deepEqual(namesIn(result.baggage), expected);
      equal(parseBaggage(result.baggage).get('job.run.id')?.value, result.workflow.runId);
    });
  }

  /** Returns the baggage names in the header of the run's first event. */
  async function namesInHistory(workflowId: string): Promise<string[]> {
    const { events } = await runs.harness.client.workflow.getHandle(workflowId).fetchHistory();
    const fields = events?.[0]?.workflowExecutionStartedEventAttributes?.header?.fields;
    return namesIn(readHeader(fields).header?.baggage);
  }

  it('of a client: the history has no other entry, whichever plugin or client starts the run', async () => {
    const { connection, client } = runs.harness;
    const ofPlugin = new Client({ connection, plugins: [new JobTracingPlugin({ carryBaggage })] });
    const ofClientPlugin = new Client({
      connection,
      plugins: [new JobTracingClientPlugin({ carryBaggage })],
    });
    const start = { taskQueue: queues.all ?? '' };
    const starts: Record<string, (workflowId: string) => Promise<unknown>> = {
      plugin: (workflowId) => ofPlugin.workflow.start('returnsJobInfo', { ...start, workflowId }),
      'client-plugin': (workflowId) =>
        ofClientPlugin.workflow.start('returnsJobInfo', { ...start, workflowId }),
      'job-client': (workflowId) =>
        new JobClient({ client, carryBaggage }).start('returnsJobInfo', { ...start, workflowId }),
      'job-client-of-plugin': (workflowId) =>
        new JobClient({ client: ofPlugin }).start('returnsJobInfo', { ...start, workflowId }),
    };
    for (const [name, startRun] of Object.entries(starts)) {
      await withBaggage(() => startRun(id(name)));
      deepEqual([name, await namesInHistory(id(name))], [name, carryBaggage]);
    }
  });

  it('of nobody: the history has all entries', async () => {
    const start = { taskQueue: queues.all ?? '', workflowId: id('history') };
    await withBaggage(() => runs.pluginClient.workflow.start('returnsJobInfo', start));
    deepEqual(await namesInHistory(id('history')), ['email', 'tenant']);
  });
});
