/**
 * Where the plugin may be passed: each place works on its own, passing it twice counts once, it composes with the
 * user's plugins and interceptors, and it refuses the official plugin beside it.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryPlugin, type OpenTelemetryPluginOptions } from '@temporalio/interceptors-opentelemetry';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type InjectedSinks,
  NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import * as activities from './support/activities';
import { workflowBundle } from './support/bundles';
import { Harness } from './support/harness';
import { expectLeaves, markersOf } from './support/histories';
import { traceIdOf } from './support/runs';
import type { UserSinks } from './support/workflows/composed';

const PATH = require.resolve('./support/workflows/composed');
const CALL = 'StartActivity:callDownstream > RunActivity:callDownstream > GET > GET';
const LEAVES = ['RunStarted:composed', CALL];
const logger = new DefaultLogger('WARN');

describe('the plugin', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  /** Creates a worker for `composed` on a connection of its own. */
  async function createWorker(options: Partial<WorkerOptions>, plugins: NativeConnection['plugins'] = []) {
    const connection = await NativeConnection.connect({ address: harness.server.address, plugins });
    const taskQueue = harness.newTaskQueue();
    const bundle = options.workflowBundle ? {} : { workflowsPath: PATH };
    const worker = await Worker.create({ connection, taskQueue, activities, ...bundle, ...options });
    return { worker, taskQueue, connection };
  }

  /** Runs `composed` once, and asserts that it was traced and bound once. */
  async function expectTracedOnce(
    options: Partial<WorkerOptions>,
    connectionPlugins: NativeConnection['plugins'] = [],
    client: Client = harness.client,
  ): Promise<{ result: unknown; traceId: string }> {
    const { worker, taskQueue, connection } = await createWorker(options, connectionPlugins);
    const start = { taskQueue, workflowId: taskQueue };
    const handle = await harness.whileRunning([worker], async () => {
      const started = await client.workflow.start('composed', start);
      await started.result();
      return started;
    });
    await connection.close();
    const { events } = await handle.fetchHistory();
    deepEqual(markersOf({ events: events ?? [] }), ['default']);
    const upserts = (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) =>
      upsert?.searchAttributes?.indexedFields?.TraceId ? ['TraceId'] : [],
    );
    deepEqual(upserts, ['TraceId']);
    const traceId = traceIdOf(handle.firstExecutionRunId);
    await expectLeaves(harness.receiver, traceId, LEAVES);
    return { result: await handle.result(), traceId };
  }

  const plugin = () => new JobTracingPlugin();
  /** A worker for the tests of clients: it uses the bundle that they share. */
  const traced = async (): Promise<Partial<WorkerOptions>> => ({
    workflowBundle: await workflowBundle({ workflowsPath: PATH, plugins: [plugin()] }),
    plugins: [plugin()],
  });

  it('works with Worker.create', async () => {
    await expectTracedOnce({ plugins: [plugin()] });
  });

  it('works with a NativeConnection', async () => {
    await expectTracedOnce({}, [plugin()]);
  });

  it('works with bundleWorkflowCode and the worker', async () => {
    const bundle = await bundleWorkflowCode({ workflowsPath: PATH, logger, plugins: [plugin()] });
    await expectTracedOnce({ workflowBundle: bundle, plugins: [plugin()] });
  });

  it('is applied once, however often it is passed', async () => {
    const [one, two] = [plugin(), plugin()];
    await expectTracedOnce({ plugins: [one, one, two] }, [one, plugin()]);
    const plugins = [plugin(), plugin()];
    const bundle = await bundleWorkflowCode({ workflowsPath: PATH, logger, plugins });
    await expectTracedOnce({ workflowBundle: bundle, plugins }, plugins);
  });

  for (const place of ['Client', 'Connection', 'both, twice'] as const) {
    it(`works with a client: ${place}`, async () => {
      const plugins = place === 'both, twice' ? [plugin(), plugin()] : [plugin()];
      const connection = await Connection.connect({
        address: harness.server.address,
        plugins: place === 'Client' ? [] : plugins,
      });
      const client = new Client({ connection, plugins: place === 'Connection' ? [] : plugins });
      const { traceId } = await expectTracedOnce(await traced(), [], client);
      await connection.close();
      const root = harness.receiver.trace(traceId).find(({ name }) => name === 'RunWorkflow:composed');
      const [link, ...more] = root?.links ?? [];
      ok(link);
      deepEqual(more, []);
      const caller = await harness.receiver.waitFor(link.traceId, (trace) => trace.length > 0);
      deepEqual(
        caller.map(({ name, spanId }) => [name, spanId]),
        [['StartWorkflow:composed', link.spanId]],
      );
    });
  }

  it('works together with plugins, interceptors, sinks and a patchActivationCallback of the user', async () => {
    const calls: string[] = [];
    const record = <T>(what: string, then: () => T): T => {
      calls.push(what);
      return then();
    };
    const sinks: InjectedSinks<UserSinks> = {
      users: { record: { fn: (_info, what) => record(what, () => {}) } },
    };
    const client: WorkflowClientInterceptor = {
      start: (input, next) => record('client start', () => next(input)),
    };
    const setUp = {
      sinks,
      interceptors: {
        client: { workflow: [client] },
        workflowModules: [PATH],
        activity: [() => ({ inbound: { execute: (input, next) => record('activity', () => next(input)) } })],
      },
      patchActivationCallback: ({ patchId }) => record(`patch ${patchId}`, () => false),
    } satisfies Partial<WorkerOptions>;
    const users = {
      name: 'users',
      configureWorker: (options: WorkerOptions) => record('plugin worker', () => options),
    };
    for (const plugins of [
      [users, plugin()],
      [plugin(), users],
    ]) {
      calls.length = 0;
      const { result } = await expectTracedOnce({ ...setUp, plugins });
      equal(result, false, 'the result of the user’s callback');
      deepEqual(calls.sort(), [
        'activity',
        'inbound execute',
        'outbound activity',
        'patch users-patch',
        'plugin worker',
      ]);
    }
  });

  it("keeps the interceptors of a user's client", async () => {
    const calls: string[] = [];
    const users: WorkflowClientInterceptor = {
      start(input, next) {
        calls.push(input.workflowType);
        return next(input);
      },
    };
    const { connection } = harness;
    const client = new Client({ connection, interceptors: { workflow: [users] }, plugins: [plugin()] });
    await expectTracedOnce(await traced(), [], client);
    deepEqual(calls, ['composed']);
  });
});

describe('the official plugin beside it', () => {
  const official = () =>
    new OpenTelemetryPlugin({
      resource: { attributes: {} } as unknown as OpenTelemetryPluginOptions['resource'],
      spanProcessor: { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} },
    });
  const ours = () => new JobTracingPlugin();
  const refusal =
    /^Error: JobTracingPlugin cannot be used together with @temporalio\/interceptors-opentelemetry/;
  const modules = [require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors')];
  const common = { taskQueue: 'none', workflowsPath: PATH };

  for (const [where, options] of Object.entries({
    'before it': () => ({ plugins: [official(), ours()] }),
    'after it': () => ({ plugins: [ours(), official()] }),
    'as interceptors': () => ({ plugins: [ours()], interceptors: { workflowModules: modules } }),
  } satisfies Record<string, () => Partial<WorkerOptions>>)) {
    it(`is refused when a worker is created: ${where}`, () =>
      rejects(Worker.create({ ...common, ...options() }), refusal));
  }

  for (const [where, options] of Object.entries({
    'before it': () => ({ plugins: [official(), ours()] }),
    'after it': () => ({ plugins: [ours(), official()] }),
    'as interceptors': () => ({ plugins: [ours()], workflowInterceptorModules: modules }),
  })) {
    it(`is refused when a bundle is made: ${where}`, () =>
      rejects(async () => bundleWorkflowCode({ workflowsPath: PATH, logger, ...options() }), refusal));
  }

  it('is refused when a worker gets a bundle that contains it', async () => {
    const bundle = await bundleWorkflowCode({ workflowsPath: PATH, logger, plugins: [official()] });
    const options = { taskQueue: 'none', workflowBundle: bundle, plugins: [ours()] };
    await rejects(Worker.create(options), refusal);
  });
});
