/**
 * What the workflows of alerts do, a kind each: how it comes about on a real server, and which run's history has it.
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
import type { Stage } from '../support/alerts/stage';
import { HANDLING, succeeded } from '../support/alerts/told';
import { workflowBundle } from '../support/bundles';
import type { Recorded } from '../support/histories';

/** Until the slowest kind is over on a busy machine. */
const KIND_MS = 180_000;
/** So many jobs that more than five of them fail in one look. */
const MANY = 30;
/** Signals after which an incident goes on in a new run. */
const LONG = 2_100;
const AT_ONCE = 50;
const HOUR_MS = 3_600_000;

/** What the kinds have in common. */
export class AlertRecorder {
  /** What the channel `down` answers. */
  downStatus = 503;

  constructor(readonly stage: Stage) {}

  /** Makes the runs of a job fail from now on, or succeed. */
  fails(job: string, isBroken = true): void {
    this.stage.works.set(job, isBroken ? () => Promise.reject(new Error('no disk')) : () => {});
  }

  async runs(job: string, { isBroken }: { readonly isBroken: boolean }): Promise<void> {
    this.fails(job, isBroken);
    await this.stage.run(job);
  }

  /** Waits until the incident has told so much, and has nothing left to tell. */
  async tells(id: string, count: number, problems: number): Promise<void> {
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

  async historyOf(workflowId: string, given?: string): Promise<Recorded> {
    const { workflow } = this.stage.client;
    const runId = given ?? (await workflow.getHandle(workflowId).describe()).runId;
    return { workflowId, runId, history: await workflow.getHandle(workflowId, runId).fetchHistory() };
  }

  /** The first group that has ended. */
  async group(): Promise<Recorded> {
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

  incident(job: string): string {
    return incidentId({ kind: 'job', name: job });
  }
}

type Kind = (one: AlertRecorder) => Promise<Recorded>;

export const ALERT_KINDS: Readonly<Record<string, Kind>> = {
  recovered: failsAndRecovers('recovered'),
  retried: failsAndRecovers('retried'),
  merged: async (one) => {
    const { received } = one.stage.receiver;
    const before = received.length;
    await one.runs('merged', { isBroken: true });
    await until(() => received.length > before, { says: 'nothing was sent' });
    await one.runs('merged', { isBroken: false });
    const id = one.incident('merged');
    const handle = one.stage.client.workflow.getHandle(id);
    await until(async () => (await handle.query<IncidentState>('status')).problems.length === 0, {
      says: 'the recovery is not seen',
    });
    one.downStatus = 204;
    await one.tells(id, 1, 0);
    return one.historyOf(id);
  },
  stopped: async (one) => {
    await one.runs('stopped', { isBroken: true });
    await one.tells(one.incident('stopped'), 1, 1);
    return one.historyOf(one.incident('stopped'));
  },
  silenced: async (one) => {
    await one.runs('silenced', { isBroken: true });
    const handle = one.stage.client.workflow.getHandle(one.incident('silenced'));
    const outcomes = async () =>
      (await handle.query<IncidentState>('status').catch(() => undefined))?.deliveries.length;
    await until(outcomes, { says: 'nothing was silenced' });
    return one.historyOf(one.incident('silenced'));
  },
  stuck: async (one) => {
    const run = await one.stage.start('noSuchWorkflow', [], { job: 'stuck' });
    await one.tells(one.incident('stuck'), 1, 1);
    await run.terminate();
    await one.tells(one.incident('stuck'), 2, 0);
    return one.historyOf(one.incident('stuck'));
  },
  slow: async (one) => {
    let end = () => {};
    one.stage.works.set('slow', () => new Promise<void>((resolve) => (end = resolve)));
    await one.stage.start('nightly', ['slow'], { job: 'slow' });
    await one.tells(one.incident('slow'), 1, 1);
    end();
    await one.tells(one.incident('slow'), 2, 0);
    return one.historyOf(one.incident('slow'));
  },
  overdue: async (one) => {
    await one.tells(one.incident('overdue'), 1, 1);
    await one.runs('overdue', { isBroken: false });
    await one.tells(one.incident('overdue'), 2, 0);
    return one.historyOf(one.incident('overdue'));
  },
  failing: async (one) => {
    const retry = { initialInterval: '100ms', backoffCoefficient: 1 };
    const run = await one.stage.start('breaksEachAttempt', [], { job: 'failing', retry });
    await one.tells(one.incident('failing'), 1, 1);
    await run.terminate();
    return one.historyOf(one.incident('failing'));
  },
  flapping: async (one) => {
    for (const cycle of [0, 1, 2]) {
      await one.runs('flapping', { isBroken: true });
      await one.tells(one.incident('flapping'), 2 * cycle + 1, 1);
      await one.runs('flapping', { isBroken: false });
      await one.tells(one.incident('flapping'), 2 * cycle + 2, cycle < 2 ? 0 : 1);
    }
    for (let run = 0; run < 3; run++) await one.runs('flapping', { isBroken: false });
    await one.tells(one.incident('flapping'), 7, 0);
    return one.historyOf(one.incident('flapping'));
  },
  reminded: async (one) => {
    await one.runs('reminded', { isBroken: true });
    await one.tells(one.incident('reminded'), 3, 1);
    await one.runs('reminded', { isBroken: false });
    await one.tells(one.incident('reminded'), 4, 0);
    return one.historyOf(one.incident('reminded'));
  },
  rescanned: async (one) => {
    const recorded = await failsAndRecovers('rescanned')(one);
    await new JobWatch({
      client: one.stage.client,
      config: resolveAlerts(one.stage.config()),
      sinceMs: 0,
      cursor: { readMs: Date.now() - HOUR_MS, overdue: [] },
      redact: (text) => text,
      silences: async () => [],
      stoppedChannels: () => [],
    }).poll();
    return one.historyOf(recorded.workflowId);
  },
  'no-worker': async (one) => {
    const id = incidentId({ kind: 'queue', name: 'nobody' });
    await one.stage.start('takes', [1], { job: 'waits', taskQueue: 'nobody' });
    await one.tells(id, 1, 1);
    await one.stage.whileWorking(() => one.tells(id, 2, 0), { taskQueue: 'nobody' });
    return one.historyOf(id);
  },
  group: async (one) => {
    const jobs = Array.from({ length: MANY }, (_, index) => `many-${index}`);
    await Promise.all(jobs.map((job) => one.runs(job, { isBroken: true })));
    for (const job of jobs) await one.tells(one.incident(job), 1, 1);
    return one.group();
  },
  /** An incident that a group has told. */
  member: async (one) => {
    const { workflowId, runId } = await one.group();
    const group = one.stage.client.workflow.getHandle(workflowId, runId);
    const { jobs } = await group.query<GroupStatus>('status');
    return one.historyOf(one.incident(jobs[0] ?? ''));
  },
  test: async (one) => {
    await one.stage.client.workflow.getHandle(WATCHER_ID).signal('test', { channel: 'oncall' });
    const id = incidentId({ kind: 'test', name: 'oncall' });
    await one.tells(id, 1, 0);
    return one.historyOf(id);
  },
  /** What an incident with a long history goes on as. */
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
    return until(isNext, { within: KIND_MS, says: 'it does not go on in a new run' });
  },
  watcher: (one) => one.historyOf(WATCHER_ID),
  /** A watcher's run of an hour, which goes on as new: its activity returns at once. */
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
      await until(isNext, { says: 'it does not go on in a new run' });
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
    await one.runs(job, { isBroken: true });
    await one.tells(one.incident(job), 1, 1);
    await one.runs(job, { isBroken: false });
    await one.tells(one.incident(job), 2, 0);
    return one.historyOf(one.incident(job));
  };
}
