/**
 * Worker Versioning: a job's controller moves to the current version, whatever the worker's default behaviour; the
 * branches of a MapReduce run follow their run; and workers without versioning do not need a version.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { VersioningBehavior } from '@temporalio/common';
import { decodeVersioningBehavior } from '@temporalio/common';
import { NativeConnection, type Worker, type WorkerDeploymentOptions } from '@temporalio/worker';
import type { ManualRun } from 'temporal-job-tracing/client';
import { until } from '../../testing/until';
import { id, Runs } from '../support/runs';
import { Job } from '../support/scheduled-jobs';

const VERSIONS = {
  one: require.resolve('../support/workflows/version-one'),
  two: require.resolve('../support/workflows/version-two'),
};
type Version = keyof typeof VERSIONS;

describe('Worker Versioning', { concurrency: 8 }, () => {
  let runs: Runs;
  const connections: NativeConnection[] = [];

  before(async () => {
    runs = await Runs.start();
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    await runs.stop();
  });

  /** Creates a worker with the workflows of this version. */
  async function worker(
    taskQueue: string,
    version: Version,
    deployment?: WorkerDeploymentOptions,
  ): Promise<Worker> {
    // The SDK refuses two workers of one task queue on the same connection.
    const connection = await NativeConnection.connect({ address: runs.harness.server.address });
    connections.push(connection);
    return runs.harness.createWorker(taskQueue, {
      options: {
        connection,
        workflowsPath: VERSIONS[version],
        ...(deployment && { workerDeploymentOptions: deployment }),
      },
    });
  }

  const deployed = (deploymentName: string, buildId: Version, behavior: VersioningBehavior) =>
    ({
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: behavior,
    }) as const;

  /** Makes the version current, after the server has registered its worker. */
  async function makeCurrent(deploymentName: string, buildId: Version): Promise<void> {
    let problem: unknown;
    const isMade = () =>
      runs
        .cli(
          'worker deployment set-current-version --yes',
          ...['--deployment-name', deploymentName, '--build-id', buildId],
        )
        .then(
          () => true,
          (error: unknown) => {
            problem = error;
            return false;
          },
        );
    await until(isMade, { says: () => `version ${buildId} is not current: ${problem}` });
  }

  /** Runs a worker of version one during `begin`, and then only one of version two during `end`. */
  async function replace<T>(
    name: string,
    behavior: VersioningBehavior,
    begin: (taskQueue: string) => Promise<T>,
    end: (begun: T) => Promise<void>,
  ): Promise<void> {
    const deployment = id(name);
    const taskQueue = runs.harness.newTaskQueue();
    const [one, two] = [
      await worker(taskQueue, 'one', deployed(deployment, 'one', behavior)),
      await worker(taskQueue, 'two', deployed(deployment, 'two', behavior)),
    ];
    await runs.harness.whileRunning([two], async () => {
      const begun = await runs.harness.whileRunning([one], async () => {
        await makeCurrent(deployment, 'one');
        const started = await begin(taskQueue);
        await makeCurrent(deployment, 'two');
        return started;
      });
      await end(begun);
    });
  }

  /** Starts a manual run of the job; returns its result. */
  async function runNow(job: Job): Promise<unknown> {
    const { workflowId, runId } = await job.update<ManualRun>('runNow');
    return runs.harness.client.workflow.getHandle(workflowId, runId).result();
  }

  for (const behavior of ['PINNED', 'AUTO_UPGRADE'] as const)
    it(`default ${behavior}: a job obeys, and runs new code, when the version that created it is gone`, () =>
      replace(
        `job-${behavior}`,
        behavior,
        async (taskQueue) => {
          const job = await new Job(runs, `job-${behavior}`, taskQueue).start({
            workflow: 'version',
            cron: '@every 1s',
          });
          equal(await runNow(job), 'one');
          await runs.closedRunIds(job.tickId);
          return job;
        },
        async (job) => {
          equal(await runNow(job), 'two');
          await job.signal('pause');
          await job.statusWhen(({ paused }) => paused);
          await job.signal('resume');
          const before = (await runs.closedRunIds(job.tickId)).length;
          const ticks = await runs.closedRunIds(job.tickId, before + 1);
          const last = runs.harness.client.workflow.getHandle(job.tickId, ticks.at(-1));
          equal(await last.result(), 'two');
          await job.signal('stop');
          await job.waitUntilClosed();
        },
      ));

  for (const [name, deployment] of [
    ['without a deployment', undefined],
    [
      'with a version, but useWorkerVersioning: false',
      { version: { deploymentName: id('off'), buildId: 'one' }, useWorkerVersioning: false },
    ],
  ] as const)
    it(`a worker ${name}: a job ticks and obeys`, async () => {
      const taskQueue = runs.harness.newTaskQueue();
      await runs.harness.whileRunning([await worker(taskQueue, 'one', deployment)], async () => {
        const spec = { workflow: 'version', cron: '@every 1s' };
        const job = await new Job(runs, taskQueue, taskQueue).start(spec);
        equal(await runNow(job), 'one');
        await runs.closedRunIds(job.tickId, 2);
        await job.signal('stop');
        await job.waitUntilClosed();
      });
    });

  /** Starts the MapReduce run of this type; returns its workflow id, and those of its branch and shard. */
  async function mapReduce(type: string, taskQueue: string) {
    const { workflow } = runs.harness.client;
    const handle = await workflow.start(type, { taskQueue, workflowId: id(`${type}-${taskQueue}`) });
    const idOf = async (what: string) => {
      const query = `WorkflowType = '${what}' AND WorkflowId STARTS_WITH '${handle.workflowId}' AND ExecutionStatus = 'Running'`;
      const found = async () => {
        for await (const { workflowId } of workflow.list({ query })) return workflowId;
        return undefined;
      };
      return until(found, { says: `no ${what} was started by ${type}` });
    };
    return { handle, branch: await idOf('mapReduceBranch'), shard: await idOf('waits') };
  }

  it('default PINNED: a MapReduce run that is not pinned ends when the version that started it is gone', () =>
    replace(
      'upgraded',
      'PINNED',
      (taskQueue) => mapReduce('upgraded', taskQueue),
      async ({ handle, shard }) => {
        await runs.harness.client.workflow.getHandle(shard).signal('go');
        equal((await handle.result()).succeeded, 1);
      },
    ));

  for (const behavior of ['PINNED', 'AUTO_UPGRADE'] as const)
    it(`default ${behavior}: branches behave like their run`, async () => {
      const deployment = id(`branches-${behavior}`);
      const taskQueue = runs.harness.newTaskQueue();
      const { workflow } = runs.harness.client;
      const options = deployed(deployment, 'one', behavior);
      await runs.harness.whileRunning([await worker(taskQueue, 'one', options)], async () => {
        await makeCurrent(deployment, 'one');
        const behaviors = ['pinned', 'upgraded', 'byDefault'].map(async (type) => {
          const { handle, branch, shard } = await mapReduce(type, taskQueue);
          const { workflowExecutionInfo } = (await workflow.getHandle(branch).describe()).raw;
          await workflow.getHandle(shard).signal('go');
          await handle.result();
          return decodeVersioningBehavior(workflowExecutionInfo?.versioningInfo?.behavior);
        });
        deepEqual(await Promise.all(behaviors), ['PINNED', 'AUTO_UPGRADE', behavior]);
      });
    });
});
