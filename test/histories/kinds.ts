/**
 * The kinds of runs that are recorded: how each is started and driven to its end, and which runs belong to it.
 *
 * May change between versions, unlike the workflows that it starts ({@link ./workflows}).
 */
import { SpanKind, trace } from '@opentelemetry/api';
import { Client, type ScheduleHandle, type WorkflowHandle } from '@temporalio/client';
import type { ScheduledJobStatus } from 'temporal-job-tracing/client';
import { until } from '../../testing/until';
import { foreignClientInterceptor } from '../support/foreign-headers';
import { firstTaskCompleted, type RecordedRun, recordedRuns, runToEnd, ticksOf } from '../support/histories';
import { finish, greet } from './workflows';

/** Clients, names and addresses for a kind. */
export interface KindContext {
  /** A client without the plugin. */
  readonly client: Client;
  /** A client with the plugin. */
  readonly pluginClient: Client;
  readonly taskQueue: string;
  /** Workflow id, and prefix of all other workflow ids. */
  readonly id: string;
  /** Nexus endpoint whose target is the task queue. */
  readonly endpoint: string;
  /** A service that succeeds at `/`, fails at `/fails`. */
  readonly serviceUrl: string;
}

type Kind = (stage: KindContext) => Promise<RecordedRun[]>;

const RETRY = { maximumAttempts: 2, initialInterval: '50ms' };
const TICKS = '@every 1s';

/** A run with its later runs and its children. */
function run(
  type: string,
  args: unknown[] = [],
  options: Partial<Parameters<typeof runToEnd>[3]> = {},
): Kind {
  return ({ client, taskQueue, id }) => runToEnd(client, taskQueue, id, { type, args, ...options });
}

/** The first two ticks of a cron workflow. */
function cron(during?: (handle: WorkflowHandle) => Promise<unknown>): Kind {
  return async ({ client, taskQueue, id: workflowId }) => {
    const start = { taskQueue, workflowId, cronSchedule: TICKS };
    const handle = await client.workflow.start('oneActivity', start);
    await during?.(handle);
    return ticksOf(client, workflowId, handle.firstExecutionRunId, 2);
  };
}

/** A run that a client with the plugin starts inside a span. */
function byClient(job?: { runNow?: boolean; reason?: string; lane?: string; trace?: 'caller' }): Kind {
  return async ({ client, pluginClient, taskQueue, id: workflowId }) => {
    const start = { taskQueue, workflowId, args: [1], ...(job && { job }) };
    const handle = await trace
      .getTracer('recorder')
      .startActiveSpan('POST /jobs', { kind: SpanKind.SERVER }, async (span) => {
        const started = await pluginClient.workflow.start('continues', start);
        span.end();
        return started;
      });
    await handle.result();
    return recordedRuns(client, workflowId, handle.firstExecutionRunId);
  };
}

/** A run that a client with the official plugin, or in another language, starts inside a trace. */
const byForeignClient: Kind = async ({ client, taskQueue, id: workflowId }) => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { connection, options } = client;
  const interceptors = { workflow: [foreignClientInterceptor({ traceparent })] };
  const foreign = new Client({
    connection,
    interceptors,
    identity: options.identity,
    namespace: options.namespace,
  });
  const handle = await foreign.workflow.start('parent', { taskQueue, workflowId });
  await handle.result();
  return recordedRuns(client, workflowId, handle.firstExecutionRunId);
};

/** A closed run, and its reset to the first workflow task. */
function reset(type: string, args: unknown[] = []): Kind {
  return async (stage) => {
    const { client, id: workflowId } = stage;
    const original = await run(type, args)(stage);
    const { runId = '', history } = original[0] ?? {};
    const task = history?.events?.find((event) => event.workflowTaskCompletedEventAttributes);
    const reply = await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
      reason: 'recorded',
      requestId: workflowId,
      workflowTaskFinishEventId: task?.eventId ?? null,
      identity: client.options.identity,
    });
    await client.workflow.getHandle(workflowId).result();
    return [...original, ...(await recordedRuns(client, workflowId, reply.runId))];
  };
}

/** Two actions of a Temporal Schedule. */
const schedule: Kind = async ({ client, taskQueue, id: scheduleId }) => {
  const handle = await client.schedule.create({
    scheduleId,
    spec: { intervals: [{ every: '1s' }] },
    action: { type: 'startWorkflow', workflowType: 'oneActivity', taskQueue, workflowId: scheduleId },
  });
  const twoActions = async () => {
    const found = await actionsOf(handle);
    return found.length >= 2 && found.slice(0, 2);
  };
  const actions = await until(twoActions, { says: 'the schedule has not acted twice' });
  await handle.delete();
  const runs = actions.map(async ({ workflowId, firstExecutionRunId }) => {
    await client.workflow.getHandle(workflowId, firstExecutionRunId).result();
    return recordedRuns(client, workflowId, firstExecutionRunId);
  });
  return (await Promise.all(runs)).flat();
};

async function actionsOf(handle: ScheduleHandle) {
  const { recentActions } = (await handle.describe()).info;
  return recentActions.flatMap(({ action }) => (action.type === 'startWorkflow' ? [action.workflow] : []));
}

/** Two ticks of a child with a cron schedule. */
const cronChild: Kind = async (stage) => {
  const { client } = stage;
  const [parent, child] = await run('cronParent', [TICKS])(stage);
  if (!parent || !child) throw new Error('no child was started');
  return [parent, ...(await ticksOf(client, child.workflowId, child.runId, 2))];
};

const nexus: Kind = async (stage) => {
  const { client, id, endpoint } = stage;
  const caller = await run('callsNexus', [endpoint, `${id}/called`])(stage);
  const { runId } = await client.workflow.getHandle(`${id}/called`).describe();
  return [...caller, ...(await recordedRuns(client, `${id}/called`, runId))];
};

/**
 * A scheduled job that is driven while it ticks, then stopped: the controller, the ticks of its crons, and their runs.
 */
function job(spec: object, drive: (handle: WorkflowHandle) => Promise<unknown>): Kind {
  return run('scheduledJob', [spec], {
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await drive(handle);
      await handle.signal('stop').catch(() => {});
    },
  });
}

const statusOf = (handle: WorkflowHandle) => handle.query<ScheduledJobStatus>('status');

/** Waits until one of the job's ticks has closed. */
const ticked = ({ client, workflowId }: WorkflowHandle) =>
  until(
    async () => {
      const tick = await client
        .getHandle(`${workflowId}/tick`)
        .describe()
        .catch(() => undefined);
      return tick?.closeTime;
    },
    { says: 'no tick has ended' },
  );

async function everyRequest(handle: WorkflowHandle): Promise<void> {
  await ticked(handle);
  await handle.signal('runNow', { args: [20], reason: 'by signal' });
  await handle.executeUpdate('runNow', { args: [{ reason: 'by update' }] });
  await handle.signal('change', { cron: 'nonsense' });
  await handle.signal('change', { cron: '@every 2s', name: 'renamed' });
  await handle.signal('pause');
  await until(async () => (await statusOf(handle)).paused, { says: 'the job was not paused' });
  await handle.executeUpdate('runNow', { args: [{}] });
  await handle.executeUpdate('resume');
  await ticked(handle);
}

async function untilContinued(handle: WorkflowHandle<() => Promise<unknown>>): Promise<void> {
  const { client, workflowId } = handle;
  const current = client.getHandle(workflowId);
  const first = (await current.describe()).runId;
  await until(
    async () => {
      await current.signal('runNow', {});
      return (await current.describe()).runId !== first;
    },
    { says: 'the controller has not continued as new' },
  );
  await current.signal('stop');
}

/** Kinds by name. */
export const KINDS = {
  start: run('oneActivity'),
  'two-runs': async (stage) => [
    ...(await run('random')({ ...stage, id: `${stage.id}/1` })),
    ...(await run('random')({ ...stage, id: `${stage.id}/2` })),
  ],
  cron: cron(),
  'cron-signalled': cron((handle) => handle.signal('runNow')),
  'cron-child': cronChild,
  schedule,
  retry: run('failsOnce', [], { retry: RETRY }),
  failed: run('takes', [1, 'fail']),
  slow: run('takes', [1_500]),
  'failed-task': run('failsItsTask'),
  'continue-as-new': run('continues', [2]),
  reset: reset('oneActivity'),
  'reset-continued': reset('continues', [1]),
  child: run('parent', [{ type: 'parent', args: [{ type: 'failsOnce', retry: RETRY }] }]),
  nexus,
  manual: run('waits', [], { signal: 'runNow', drive: (handle) => handle.signal(finish) }),
  'manual-by-client': byClient({ runNow: true, reason: 'recorded', lane: 'gray' }),
  'by-client': byClient(),
  'in-trace-of-caller': byClient({ trace: 'caller' }),
  'by-foreign-client': byForeignClient,
  update: run('waits', [], {
    drive: async (handle) => {
      await handle.executeUpdate(greet, { args: ['you'] });
      await handle.signal(finish);
    },
  }),
  'every-command': run('everyCommand'),
  cancelled: run('cancellable', [], {
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await handle.cancel();
    },
  }),
  terminated: run('waits', [], {
    drive: async (handle) => {
      await firstTaskCompleted(handle);
      await handle.terminate('recorded');
    },
  }),
  'local-activities': run('localActivities'),
  random: run('random'),
  'patch-of-the-user': run('changed'),
  'job-context': run('asksForItsJob'),
  'map-reduce': run('sums', [7, 2]),
  'map-reduce-failing': run('accounts', [[1, 2, -1, 4, -2, 6, -3, 8], 'continue']),
  'map-reduce-stopped': run('accounts', [[1, 2, -1, 4, 5, 6], 'stop']),
  'map-reduce-paged': run('pagedAccounts', [12, 5]),
  'scheduled-job': job({ workflow: 'takes', args: [10], cron: TICKS }, everyRequest),
  'scheduled-job-retries': job({ workflow: 'failsOnce', cron: TICKS, retry: RETRY }, ticked),
  'scheduled-job-busy': job(
    { workflow: 'takes', args: [2_500], cron: TICKS, manualRuns: 'refuse' },
    (handle) => until(async () => (await statusOf(handle)).missedTicks.total, { says: 'no tick was missed' }),
  ),
  'scheduled-job-refused': run('scheduledJob', [{ workflow: 'oneActivity', cron: 'nonsense' }]),
  'scheduled-job-cancelled': job({ workflow: 'takes', args: [60_000], cron: TICKS }, async (handle) => {
    await handle.executeUpdate('runNow', { args: [{}] });
    await handle.cancel();
  }),
  'scheduled-job-continued': job({ workflow: 'oneActivity', cron: '0 2 * * *' }, untilContinued),
  'http-job': ({ serviceUrl, ...stage }) => run('httpJob', [{ url: serviceUrl }])({ serviceUrl, ...stage }),
  'http-job-failing': (stage) =>
    run('httpJob', [
      { url: `${stage.serviceUrl}/fails`, retry: { maximumAttempts: 2, initialInterval: '50ms' } },
    ])(stage),
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
