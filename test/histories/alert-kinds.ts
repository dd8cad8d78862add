/**
 * The kinds of alert workflow runs that are recorded: how each is caused on a real server, and which run has its
 * history.
 */
import { Worker } from '@temporalio/worker';
import { resolveAlerts } from '../../alerts/config/resolve';
import type { IncidentState } from '../../alerts/incident/state';
import { incidentId } from '../../alerts/incident-id';
import { AlertWorkflow, WATCHER_ID } from '../../alerts/names';
import { JobWatch } from '../../alerts/watch/job-watch';
import { Signaller } from '../../alerts/watch/signaller';
import type { GroupStatus } from '../../alerts/workflows/job-alert-group';
import type { WatchResult } from '../../alerts/workflows/watcher-messages';
import { until } from '../../testing/until';
import { HANDLING, succeeded } from '../support/alerts/incident-under-test';
import type { Stage } from '../support/alerts/stage';
import { workflowBundle } from '../support/bundles';
import type { RecordedRun } from '../support/histories';

/** Time limit of a step, on a busy machine. */
const KIND_MS = 180_000;
/** Enough jobs that more than five of them fail between two polls. */
const MANY = 30;
/** Signals after which an incident continues as new. */
const LONG = 2_100;
const AT_ONCE = 50;
const HOUR_MS = 3_600_000;

/** Steps that the kinds share. */
export class AlertRecorder {
  /** Response status of the channel `down`. */
  downStatus = 503;

  constructor(readonly stage: Stage) {}

  /** Makes all later runs of a job fail, or succeed. */
  setBroken(job: string, isBroken = true): void {
    this.stage.works.set(job, isBroken ? () => Promise.reject(new Error('no disk')) : () => {});
  }

  async runJob(job: string, { isBroken }: { readonly isBroken: boolean }): Promise<void> {
    this.setBroken(job, isBroken);
    await this.stage.run(job);
  }

  /** Waits until the incident has delivered so many messages, has none left, and has so many open problems. */
  async hasDelivered(id: string, count: number, problems: number): Promise<void> {
    const handle = this.stage.client.workflow.getHandle(id);
    let last: IncidentState | undefined;
    await until(
      async () => {
        last = await handle.query<IncidentState>('status').catch(() => undefined);
        if (last === undefined || last.deliveries.length < count || last.problems.length !== problems)
          return false;
        return last.claims.length === 0 && Object.values(last.queues).every(({ length }) => length === 0);
      },
      {
        within: KIND_MS,
        says: () => `${id}: ${count} messages, ${problems} open, not ${JSON.stringify(last)}`,
      },
    );
  }

  async historyOf(workflowId: string, given?: string): Promise<RecordedRun> {
    const { workflow } = this.stage.client;
    const runId = given ?? (await workflow.getHandle(workflowId).describe()).runId;
    return { workflowId, runId, history: await workflow.getHandle(workflowId, runId).fetchHistory() };
  }

  /** Waits for the first group that has completed; returns its history. */
  async group(): Promise<RecordedRun> {
    const query = `WorkflowType = '${AlertWorkflow.group}' AND ExecutionStatus = 'Completed'`;
    const found = await until(
      async () => {
        for await (const each of this.stage.client.workflow.list({ query })) return each;
        return undefined;
      },
      { within: KIND_MS, says: 'no group has ended' },
    );
    return this.historyOf(found.workflowId, found.runId);
  }

  incidentIdOf(job: string): string {
    return incidentId({ kind: 'job', name: job });
  }
}

type Kind = (one: AlertRecorder) => Promise<RecordedRun>;

export const ALERT_KINDS: Readonly<Record<string, Kind>> = {
  recovered: failsAndRecovers('recovered'),
  retried: failsAndRecovers('retried'),
  merged: async (one) => {
    const { received } = one.stage.receiver;
    const before = received.length;
    await one.runJob('merged', { isBroken: true });
    await until(() => received.length > before, { says: 'nothing was sent' });
    await one.runJob('merged', { isBroken: false });
    const id = one.incidentIdOf('merged');
    const handle = one.stage.client.workflow.getHandle(id);
    await until(async () => (await handle.query<IncidentState>('status')).problems.length === 0, {
      says: 'the recovery was not observed',
    });
    one.downStatus = 204;
    await one.hasDelivered(id, 1, 0);
    return one.historyOf(id);
  },
  stopped: async (one) => {
    await one.runJob('stopped', { isBroken: true });
    await one.hasDelivered(one.incidentIdOf('stopped'), 1, 1);
    return one.historyOf(one.incidentIdOf('stopped'));
  },
  silenced: async (one) => {
    await one.runJob('silenced', { isBroken: true });
    const handle = one.stage.client.workflow.getHandle(one.incidentIdOf('silenced'));
    const outcomes = async () =>
      (await handle.query<IncidentState>('status').catch(() => undefined))?.deliveries.length;
    await until(outcomes, { says: 'nothing was silenced' });
    return one.historyOf(one.incidentIdOf('silenced'));
  },
  stuck: async (one) => {
    const run = await one.stage.start('noSuchWorkflow', [], { job: 'stuck' });
    await one.hasDelivered(one.incidentIdOf('stuck'), 1, 1);
    await run.terminate();
    await one.hasDelivered(one.incidentIdOf('stuck'), 2, 0);
    return one.historyOf(one.incidentIdOf('stuck'));
  },
  slow: async (one) => {
    let end = () => {};
    one.stage.works.set('slow', () => new Promise<void>((resolve) => (end = resolve)));
    await one.stage.start('nightly', ['slow'], { job: 'slow' });
    await one.hasDelivered(one.incidentIdOf('slow'), 1, 1);
    end();
    await one.hasDelivered(one.incidentIdOf('slow'), 2, 0);
    return one.historyOf(one.incidentIdOf('slow'));
  },
  overdue: async (one) => {
    await one.hasDelivered(one.incidentIdOf('overdue'), 1, 1);
    await one.runJob('overdue', { isBroken: false });
    await one.hasDelivered(one.incidentIdOf('overdue'), 2, 0);
    return one.historyOf(one.incidentIdOf('overdue'));
  },
  failing: async (one) => {
    const retry = { initialInterval: '100ms', backoffCoefficient: 1 };
    const run = await one.stage.start('breaksEachAttempt', [], { job: 'failing', retry });
    await one.hasDelivered(one.incidentIdOf('failing'), 1, 1);
    await run.terminate();
    return one.historyOf(one.incidentIdOf('failing'));
  },
  flapping: async (one) => {
    for (const cycle of [0, 1, 2]) {
      await one.runJob('flapping', { isBroken: true });
      await one.hasDelivered(one.incidentIdOf('flapping'), 2 * cycle + 1, 1);
      await one.runJob('flapping', { isBroken: false });
      await one.hasDelivered(one.incidentIdOf('flapping'), 2 * cycle + 2, cycle < 2 ? 0 : 1);
    }
    for (let run = 0; run < 3; run++) await one.runJob('flapping', { isBroken: false });
    await one.hasDelivered(one.incidentIdOf('flapping'), 7, 0);
    return one.historyOf(one.incidentIdOf('flapping'));
  },
  reminded: async (one) => {
    await one.runJob('reminded', { isBroken: true });
    await one.hasDelivered(one.incidentIdOf('reminded'), 3, 1);
    await one.runJob('reminded', { isBroken: false });
    await one.hasDelivered(one.incidentIdOf('reminded'), 4, 0);
    return one.historyOf(one.incidentIdOf('reminded'));
  },
  rescanned: async (one) => {
    const recorded = await failsAndRecovers('rescanned')(one);
    await new JobWatch({
      client: one.stage.client,
      config: resolveAlerts(one.stage.config()),
      sinceMs: 0,
      cursor: { readMs: Date.now() - HOUR_MS, overdue: [] },
      redact: (text) => text,
      now: Date.now,
      silences: async () => [],
      stoppedChannels: () => [],
    }).poll();
    return one.historyOf(recorded.workflowId);
  },
  'no-worker': async (one) => {
    const id = incidentId({ kind: 'queue', name: 'nobody' });
    await one.stage.start('takes', [1], { job: 'waits', taskQueue: 'nobody' });
    await one.hasDelivered(id, 1, 1);
    await one.stage.whileWorking(() => one.hasDelivered(id, 2, 0), { taskQueue: 'nobody' });
    return one.historyOf(id);
  },
  group: async (one) => {
    const jobs = Array.from({ length: MANY }, (_, index) => `many-${index}`);
    await Promise.all(jobs.map((job) => one.runJob(job, { isBroken: true })));
    for (const job of jobs) await one.hasDelivered(one.incidentIdOf(job), 1, 1);
    return one.group();
  },
  /** An incident whose message was part of a group's. */
  member: async (one) => {
    const { workflowId, runId } = await one.group();
    const group = one.stage.client.workflow.getHandle(workflowId, runId);
    const { jobs } = await group.query<GroupStatus>('status');
    return one.historyOf(one.incidentIdOf(jobs[0] ?? ''));
  },
  test: async (one) => {
    await one.stage.client.workflow.getHandle(WATCHER_ID).signal('test', { channel: 'oncall' });
    const id = incidentId({ kind: 'test', name: 'oncall' });
    await one.hasDelivered(id, 1, 0);
    return one.historyOf(id);
  },
  /** The next run of an incident with a long history. */
  continued: async (one) => {
    const signaller = new Signaller(one.stage.client);
    const subject = { kind: 'job', name: 'continued' } as const;
    const signal = () =>
      signaller.signal(subject, { handling: HANDLING, seen: [succeeded('success', Date.now())] });
    await signal();
    const { runId: first } = await one.historyOf(incidentId(subject));
    for (let sent = 0; sent < LONG; sent += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, signal));
    const isNext = async () => {
      const recorded = await one.historyOf(incidentId(subject));
      return recorded.runId !== first && recorded;
    };
    return until(isNext, { within: KIND_MS, says: 'it has not continued as new' });
  },
  watcher: (one) => one.historyOf(WATCHER_ID),
  /** A watcher's run that continues as new because its activity returns at once. */
  'watcher-continued': async (one) => {
    const { connection, namespace, client } = one.stage;
    const workflowId = 'another-watcher';
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: workflowId,
      workflowBundle: await workflowBundle({
        workflowsPath: require.resolve('../../alerts/workflows/index'),
      }),
      activities: { jobAlertsWatch: async () => WATCHED },
    });
    return worker.runUntil(async () => {
      const start = { taskQueue: workflowId, workflowId };
      const { firstExecutionRunId } = await client.workflow.start(AlertWorkflow.watcher, start);
      const isNext = async () => (await one.historyOf(workflowId)).runId !== firstExecutionRunId;
      await until(isNext, { says: 'it has not continued as new' });
      await client.workflow.getHandle(workflowId).terminate();
      return one.historyOf(workflowId, firstExecutionRunId);
    });
  },
};

const WATCHED: WatchResult = {
  cursor: { readMs: 0, overdue: [['nightly', null, 0]] },
  report: {
    atMs: 0,
    config: '0123456789abcdef',
    lagMs: 0,
    jobsInTrouble: 0,
    unmatchedRules: [],
    withoutUsual: [],
    notWatched: [],
    channels: ['oncall'],
    stoppedChannels: [],
    hasHeartbeatUrl: true,
  },
};

function failsAndRecovers(job: string): Kind {
  return async (one) => {
    await one.runJob(job, { isBroken: true });
    await one.hasDelivered(one.incidentIdOf(job), 1, 1);
    await one.runJob(job, { isBroken: false });
    await one.hasDelivered(one.incidentIdOf(job), 2, 0);
    return one.historyOf(one.incidentIdOf(job));
  };
}
