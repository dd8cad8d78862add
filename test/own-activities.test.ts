/**
 * The plugin registers the local activities of the package's workflows, and the host hint. A worker without activities
 * of the user still does not poll for activities.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { temporal } from '@temporalio/proto';
import type { WorkerPlugin } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { KEPT_SLOW } from '../sampling/markers';
import { until } from '../testing/until';
import { id as newId, Runs } from './support/runs';
import { Job, SCHEDULED_PATH } from './support/scheduled-jobs';

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = temporal.api.enums.v1.TaskQueueType;

describe('a worker with the plugin', () => {
  let runs: Runs;

  before(async () => {
    runs = await Runs.start();
  });
  after(() => runs.stop());

  /** Returns the number of pollers of this task type, after there is a poller of workflow tasks. */
  async function pollers(taskQueue: string, taskQueueType: temporal.api.enums.v1.TaskQueueType) {
    const { client } = runs.harness;
    const request = { namespace: 'default', taskQueue: { name: taskQueue }, taskQueueType };
    const { pollers } = await client.workflowService.describeTaskQueue(request);
    return (pollers ?? []).length;
  }

  it('and no activities does not poll for activities, and runs jobs', async () => {
    const taskQueue = await runs.startWorker({
      options: { workflowsPath: SCHEDULED_PATH, activities: undefined } as object,
    });
    const job = await new Job(runs, 'no-activities', taskQueue).start({
      workflow: 'quick',
      cron: '@every 1s',
    });
    await runs.closedRunIds(job.tickId);
    await job.signal('stop');
    await job.waitUntilClosed();
    ok((await pollers(taskQueue, TASK_QUEUE_TYPE_WORKFLOW)) > 0);
    deepEqual(await pollers(taskQueue, TASK_QUEUE_TYPE_ACTIVITY), 0);
  });

  it('and activities polls for them as usual', async () => {
    const taskQueue = await runs.startWorker({});
    const arePolled = async () => (await pollers(taskQueue, TASK_QUEUE_TYPE_ACTIVITY)) > 0;
    await until(arePolled, { within: 20_000, says: 'no poller for activities' });
  });

  for (const [ratio, bind, ids] of [
    [0, 'all', ['unsampled']],
    [1, 'all', ['default']],
    [1, 'sampled', ['any', 'default']],
    [0, 'sampled', []],
  ] as const)
    it(`provides a host hint by one of them: ratio ${ratio}, bind '${bind}'`, async () => {
      const tried: string[] = [];
      const plugin = { sampling: { default: ratio }, bind };
      const recorder: WorkerPlugin = {
        name: 'recorder',
        configureWorker: ({ patchActivationCallback, ...options }) => ({
          ...options,
          patchActivationCallback: (input) => {
            tried.push(input.patchId);
            return patchActivationCallback?.(input) ?? true;
          },
        }),
      };
      const taskQueue = await runs.startWorker({
        plugin,
        options: { plugins: [new JobTracingPlugin(plugin), recorder] },
      });
      await runs.harness.client.workflow.execute('oneActivity', {
        taskQueue,
        workflowId: newId(`ask-${bind}-${ratio}`),
      });
      // The run may be slow on a busy machine.
      deepEqual(
        tried.filter((id) => id !== KEPT_SLOW),
        ids.map((id) => `job-tracing:${id}`),
      );
    });
});
