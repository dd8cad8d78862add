/** Alerts in the console: `--alerts` watches in its process, `/alerts` shows what was told, whoever watches. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunningConsole } from '../../console/start';
import type { AlertRow, AlertsPage, ConsoleStatus, JobList } from '../../console/types';
import { until } from '../../testing/until';
import { HOOK_KEY } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';
import { withConfigFile } from '../support/alerts/watch-process';
import { getJson, startConsoleFor } from '../support/console';

describe('a console with --alerts', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
    process.env.HOOK_KEY = HOOK_KEY;
  });
  after(() => stage.stop());

  const temporal = () => ({ address: stage.server.address, namespaces: [stage.namespace] });
  /** What is found on the page, as soon as it is there. */
  const shows = async <T>({ url }: RunningConsole, find: (page: AlertsPage) => T) => {
    let last: AlertsPage | undefined;
    return until(
      async () => {
        last = await getJson<AlertsPage>(`${url}/api/alerts`);
        return find(last);
      },
      { within: 90_000, says: () => `not shown; the page is ${JSON.stringify(last)}` },
    );
  };
  const isWatching = (running: RunningConsole) =>
    shows(running, ({ watchers }) => watchers[0]?.state === 'watching');
  const withConsole = async (fn: (running: RunningConsole) => Promise<void>) => {
    const config = stage.config({ jobs: { nightly: { overMs: 2_000 } } });
    await withConfigFile(config, async (alerts) => {
      const running = await startConsoleFor(temporal(), { alerts });
      try {
        await fn(running);
      } finally {
        await running.close();
      }
    });
  };
  const told = ({ deliveries = [] }: AlertRow) =>
    deliveries.map(({ channel, type, state, outcome }) => `${channel} ${type} ${state} ${outcome}`);

  it('reports a slow run while it runs, and shows it until it ends', async () => {
    await withConsole(async (running) => {
      await isWatching(running);
      let end = () => {};
      stage.works.set('nightly', () => new Promise<void>((resolve) => (end = resolve)));
      await stage.whileWorking(async () => {
        const handle = await stage.start('nightly', ['nightly'], { job: 'nightly' });
        const [message] = await stage.receiver.has(1);
        equal(message?.payload.type, 'job.slow');

        const open = await shows(running, (page) => page.open.find(({ deliveries }) => deliveries?.length));
        deepEqual(told(open), ['oncall job.slow open delivered']);
        equal(open.name, 'nightly');
        const [alert] = open.open;
        match(alert?.text ?? '', /^nightly is slow: [\d.]+ s \(limit 2\.0 s\); work is running$/);
        equal(alert?.runId, handle.firstExecutionRunId);
        await showsOpen(running, 1);

        end();
        await handle.result();
        await stage.receiver.has(2);
      });
      const page = await shows(
        running,
        (found) => found.open.length === 0 && found.past[0]?.deliveries?.length === 2 && found,
      );
      deepEqual(told(page.past[0] as AlertRow), [
        'oncall job.slow resolved delivered',
        'oncall job.slow open delivered',
      ]);
      const [watcher] = page.watchers;
      deepEqual(
        watcher?.channels.map(({ name, isStopped, last }) => [name, isStopped, last?.outcome]),
        [['oncall', false, 'delivered']],
      );
      await showsOpen(running, 0);
    });
  });

  /** In the list of jobs and at the head of each page: while a page is open, they are looked for. */
  async function showsOpen({ url }: RunningConsole, count: number): Promise<void> {
    const stream = await fetch(`${url}/api/events`);
    try {
      await until(
        async () => (await getJson<ConsoleStatus>(`${url}/api/status`)).namespaces[0]?.openAlerts === count,
        { says: `not ${count} open` },
      );
      const { jobs } = await getJson<JobList>(`${url}/api/jobs`);
      deepEqual(
        jobs.map(({ job, alerts }) => [job, alerts]),
        [['nightly', count === 0 ? [] : ['job.slow']]],
      );
    } finally {
      await stream.body?.cancel();
    }
  }

  it('shows silences, refused signals, and that there is no dead man’s switch', async () => {
    await withConsole(async (running) => {
      const watcher = stage.client.workflow.getHandle('job-watcher');
      await until(() => watcher.describe().catch(() => undefined), { says: 'there is no watcher' });
      await watcher.signal('silence', { job: 'nightly-*', for: '2 hours', reason: 'release' });
      await watcher.signal('silence', { job: 'nightly-*', for: 'ever' });
      const state = await shows(running, ({ watchers: [found] }) =>
        found?.silences.length && found.notices.length >= 2 ? found : undefined,
      );
      deepEqual(
        state.silences.map(({ job, reason }) => [job, reason]),
        [['nightly-*', 'release']],
      );
      const [refused, heartbeat] = state.notices.slice(-2);
      match(
        refused ?? '',
        /^The signal silence of .* was refused: for: expected a duration such as "2 hours"/,
      );
      match(heartbeat ?? '', /set heartbeatUrl/);
    });
  });

  it('shows many jobs that fail at once, and no alert workflow as a job', async () => {
    await withConsole(async (running) => {
      await isWatching(running);
      const jobs = Array.from({ length: 7 }, (_, index) => `import-${index}`);
      await stage.whileWorking(async () => {
        for (const job of jobs) stage.works.set(job, () => Promise.reject(new Error('no disk')));
        await Promise.all(jobs.map((job) => stage.run(job)));
        const page = await shows(
          running,
          ({ open, ...rest }) =>
            open.length === 7 && open.every(({ deliveries }) => deliveries?.length) && { open, ...rest },
        );
        deepEqual(page.open.map(({ name }) => name).sort(), jobs);
        match(page.open[0]?.open[0]?.text ?? '', /failed: Error: no disk/);
      });
      const list = await getJson<JobList>(`${running.url}/api/jobs`);
      ok(list.jobs.length >= 7);
      deepEqual(
        list.jobs.map(({ job }) => job).filter((job) => job.startsWith('job')),
        [],
      );
    });
  });

  it('starts while Temporal is away, and shows that it does not watch', async () => {
    await withConfigFile(stage.config(), async (alerts) => {
      const running = await startConsoleFor({ address: '127.0.0.1:1', namespaces: ['default'] }, { alerts });
      try {
        const notice = await shows(running, ({ watchers }) => watchers[0]?.notices[0]);
        match(notice, /^This console cannot watch namespace default, and retries: /);
      } finally {
        await running.close();
      }
    });
  });

  it('does not start with an invalid configuration, and names the problem', async () => {
    await withConfigFile('{"channels": {}}', (alerts) =>
      rejects(startConsoleFor(temporal(), { alerts }), /^ConsoleError: --alerts: .*channels/),
    );
    await rejects(
      startConsoleFor(temporal(), { alerts: '/nowhere.json' }),
      /--alerts: .*\/nowhere\.json, got no file/,
    );
    await withConfigFile(stage.config(), (alerts) =>
      rejects(
        startConsoleFor(temporal(), { alerts, alertsModule: '/nowhere.js' }),
        /--alerts-module .*cannot be loaded/,
      ),
    );
  });
});

describe('a console without --alerts', () => {
  it('shows that there is no watcher, and how to start one', async () => {
    const stage = await Stage.start();
    const running = await startConsoleFor({ address: stage.server.address, namespaces: [stage.namespace] });
    try {
      const { watchers, open, past } = await getJson<AlertsPage>(`${running.url}/api/alerts`);
      deepEqual([watchers[0]?.state, open, past], ['none', [], []]);
      match(
        watchers[0]?.notices[0] ?? '',
        /^No watcher runs in namespace .*: start temporal-job-tracing watch/,
      );
    } finally {
      await running.close();
      await stage.stop();
    }
  });
});
