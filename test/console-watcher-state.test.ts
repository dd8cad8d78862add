/** The state of a watcher as a console without its data converter shows it. */
import { deepEqual } from 'node:assert/strict';
import { it } from 'node:test';
import { Client, type ConnectionLike } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { readWatcher } from '../console/alerts/watcher-state';
import { TemporalCalls } from '../console/temporal/calls';

const RUNNING = 1;
const STARTED_MS = Date.UTC(2026, 0, 1);
/** What a codec makes of a value: nothing that can be read without it. */
const ENCRYPTED = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') };

it('is known by its heartbeats, without silences and the time of its last read', async () => {
  const description = {
    workflowExecutionInfo: {
      execution: { workflowId: 'job-watcher', runId: 'run' },
      type: { name: 'jobWatcher' },
      status: RUNNING,
      taskQueue: 'job-alerts',
      startTime: msToTs(STARTED_MS),
      historyLength: { toNumber: () => 3 },
      memo: { fields: { silences: ENCRYPTED } },
    },
    pendingActivities: [
      {
        lastWorkerIdentity: '7@host#job-alerts:1f',
        lastHeartbeatTime: msToTs(Date.now()),
        lastStartedTime: msToTs(STARTED_MS),
        heartbeatDetails: { payloads: [ENCRYPTED] },
      },
    ],
  };
  const connection = {
    plugins: [],
    withDeadline: (_: number, call: () => unknown) => call(),
    workflowService: { describeWorkflowExecution: async () => description },
  };
  const calls = new TemporalCalls(new Client({ connection: connection as unknown as ConnectionLike }));
  deepEqual(await readWatcher(calls), {
    state: 'watching',
    readMs: undefined,
    process: '7@host',
    silences: [],
  });
});
