/** What alerts do when something else is away for long: a receiver, the watcher itself, a whole fleet. */
import { deepEqual, equal } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from '@temporalio/worker';
import { Channels } from '../../alerts/channels/channels';
import { retryDelayMs } from '../../alerts/channels/retry';
import { resolveAlerts } from '../../alerts/config/resolve';
import type { Observation } from '../../alerts/incident/observation';
import type { IncidentState } from '../../alerts/incident/state';
import { ALERTS_TASK_QUEUE } from '../../alerts/names';
import { createDeliver } from '../../alerts/process/deliver';
import { Signaller } from '../../alerts/watch/signaller';
import { until } from '../../testing/until';
import { HANDLING, succeeded } from '../support/alerts/incident-under-test';
import { HOOK_KEY } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';
import { workflowBundle } from '../support/bundles';

const HOUR_MS = 3_600_000;
/** The clock of the pauses goes so much faster than that of the machine. */
const SPEED = 600;

const RUN = {
  workflowId: 'w',
  runId: '01a222da-1257-7436-b815-a932f3491c40',
  workflowType: 't',
  dueMs: 0,
  closedMs: 1_000,
  traceId: '01a222da12577436b815a932f3491c40',
};

describe('an outage', { concurrency: 2 }, () => {
  it('of the receiver for an hour: each message arrives once, and problems that ended by then are merged', async () => {
    const stage = await Stage.start();
    try {
      const begunMs = Date.now();
      stage.receiver.answer = () => 503;
      await whileDelivering(stage, async () => {
        const signaller = new Signaller(stage.client);
        const see = (job: string, ...seen: Observation[]) =>
          signaller.signal({ kind: 'job', name: job }, { handling: HANDLING, seen });
        const fails = (job: string) =>
          see(job, { kind: 'failed', runId: `${job}-1`, atMs: Date.now(), facts: { run: RUN } });
        await Promise.all(['stays', 'recovers'].map(fails));
        await until(() => stage.receiver.received.length >= 4, { says: 'it is not tried again' });
        await see('recovers', succeeded('recovers-2', Date.now()));
        const incident = stage.client.workflow.getHandle('job-alert/recovers');
        const isRecovered = async () => (await incident.query<IncidentState>('status')).problems.length === 0;
        await until(isRecovered, { says: 'the recovery is not seen' });
        await until(() => Date.now() - begunMs > HOUR_MS / SPEED, { says: 'the hour is not over' });
        stage.receiver.answer = () => 204;
        await stage.receiver.has(2);
      });
      deepEqual(stage.receiver.told().sort(), ['job.failed open stays', 'job.failed resolved recovers']);
      const idsOf = (job: string) =>
        new Set(stage.receiver.received.flatMap(({ id, payload }) => (payload.data.job === job ? id : [])));
      equal(idsOf('stays').size, 1, 'the same id on every attempt');
    } finally {
      await stage.stop();
    }
  });

  it('of a receiver that hangs: the message is retried, and the job is not reported twice', async () => {
    const stage = await Stage.start();
    try {
      await stage.isWatching(await stage.watch());
      let hangs = 1;
      stage.receiver.answer = () => (hangs-- > 0 ? 'hang' : 204);
      await stage.whileWorking(() => stage.run('nightly', 'breaks', []));
      await stage.receiver.has(1);
      deepEqual(stage.receiver.told(), ['job.failed open nightly']);
      equal(new Set(stage.receiver.received.map(({ id }) => id)).size, 1);
      equal(stage.receiver.received.length, 2);
    } finally {
      await stage.stop();
    }
  });

  it('of the watcher for longer than the retention: open problems are resolved, and deleted runs are not reported', async () => {
    const stage = await Stage.start();
    try {
      const config = stage.config({ default: { overMs: 1_000 } });
      const watcher = await stage.watch(config);
      await stage.isWatching(watcher);
      let end = () => {};
      stage.work = () => new Promise<void>((resolve) => (end = resolve));
      await stage.whileWorking(async () => {
        const slow = await stage.start('nightly', ['nightly'], { job: 'nightly' });
        await stage.receiver.has(1);
        await watcher.close();
        end();
        await slow.result();
        const broken = await stage.start('breaks', [], { job: 'broken' });
        await broken.result().catch(() => {});
        // What the retention would do.
        for (const { workflowId } of [slow, broken])
          await stage.client.workflowService.deleteWorkflowExecution({
            namespace: stage.namespace,
            workflowExecution: { workflowId },
          });
      });
      const forgotten = async () => {
        const { count } = await stage.client.workflow.count("JobName IN ('nightly', 'broken')");
        return count === 0;
      };
      // The server deletes when it has noted down that all tasks of the close are done, once a minute.
      await until(forgotten, { within: 150_000, says: 'the runs are still listed' });
      await stage.watch(config);
      await stage.receiver.has(2);
      deepEqual(stage.receiver.told(), ['job.slow open nightly', 'job.slow resolved nightly']);
    } finally {
      await stage.stop();
    }
  });

  it('of all workers is reported once, and its end when one polls', async () => {
    const stage = await Stage.start();
    const fleet = await Promise.all([startWorker(stage), startWorker(stage)]);
    try {
      await stage.isWatching(await stage.watch());
      await stage.run('fleet', 'takes', [1]);
      for (const worker of fleet) worker.kill('SIGKILL');
      for (let run = 0; run < 3; run++) await stage.start('takes', [1], { job: `fleet-${run}` });
      await stage.receiver.has(1, 150_000);
      deepEqual(stage.receiver.told(), ['job.no_worker open jobs']);
      fleet.push(await startWorker(stage));
      await stage.receiver.has(2);
      deepEqual(stage.receiver.told(), ['job.no_worker open jobs', 'job.no_worker resolved jobs']);
    } finally {
      for (const worker of fleet) worker.kill('SIGKILL');
      await stage.stop();
    }
  });
});

/** Delivers what incidents tell, with pauses between attempts by a clock that goes faster. */
async function whileDelivering(stage: Stage, fn: () => Promise<void>): Promise<void> {
  const channels = new Channels(stage.namespace, resolveAlerts(stage.config()), () => HOOK_KEY);
  const worker = await Worker.create({
    connection: stage.connection,
    namespace: stage.namespace,
    taskQueue: ALERTS_TASK_QUEUE,
    workflowBundle: await workflowBundle({ workflowsPath: require.resolve('../../alerts/workflows/index') }),
    activities: {
      jobAlertsDeliver: createDeliver({
        send: (...message) => channels.send(...message),
        silences: async () => [],
        refused: () => {},
        delivered: () => {},
        retryDelayMs: (attempt, elapsedMs, askedMs) =>
          (retryDelayMs(attempt, elapsedMs * SPEED, askedMs) ?? Number.NaN) / SPEED,
      }),
    },
  });
  await worker.runUntil(fn);
}

async function startWorker({ server, namespace, taskQueue }: Stage): Promise<ChildProcess> {
  const env = { ...process.env, TEMPORAL: server.address, NAMESPACE: namespace, TASK_QUEUE: taskQueue };
  const worker = fork(require.resolve('../support/processes/alerts-worker'), { env });
  const ready = once(worker, 'message').then(() => true);
  await until(() => ready, { says: 'the worker does not start' });
  return worker;
}
