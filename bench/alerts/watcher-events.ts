/**
 * Counts the events that a watcher's own histories get in a day without problems: it continues as new each hour, and a
 * heartbeat is not an event. One such hour is measured on a real server, with an activity that returns at once.
 */
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, type NativeConnection, Worker } from '@temporalio/worker';
import { AlertWorkflow } from '../../alerts/names';
import type { WatchResult } from '../../alerts/workflows/watcher-messages';

const RUNS_A_DAY = 24;
const ID = 'bench-watcher';

const WATCHED: WatchResult = {
  cursor: { readMs: 0, overdue: [] },
  report: {
    atMs: 0,
    config: '',
    lagMs: 0,
    jobsInTrouble: 0,
    unmatchedRules: [],
    withoutUsual: [],
    notWatched: [],
    stoppedChannels: [],
    hasHeartbeatUrl: true,
  },
};

/** Returns the number of events a day. */
export async function watcherEventsADay(client: Client, connection: NativeConnection): Promise<number> {
  const worker = await Worker.create({
    connection,
    taskQueue: ID,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: require.resolve('../../alerts/workflows/index'),
      logger: new DefaultLogger('ERROR'),
    }),
    activities: { jobAlertsWatch: async () => WATCHED },
  });
  return worker.runUntil(async () => {
    const start = { taskQueue: ID, workflowId: ID };
    const { firstExecutionRunId } = await client.workflow.start(AlertWorkflow.watcher, start);
    const first = client.workflow.getHandle(ID, firstExecutionRunId, { followRuns: false });
    // The client rejects when the run continues as new.
    await first.result().catch(() => {});
    await client.workflow.getHandle(ID).terminate();
    return RUNS_A_DAY * (await first.describe()).historyLength;
  });
}
