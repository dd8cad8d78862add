/** The command `watch`: tells nothing twice, whoever is killed when; checks, and removes what it has made. */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveAlerts } from '../../alerts/config/resolve';
import { JobWatch } from '../../alerts/watch/job-watch';
import { until } from '../../testing/until';
import { Receiver } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';
import { WatchProcess, withConfigFile } from '../support/alerts/watch-process';

/** Longer than a look and a delivery take: what is not sent by then is not sent. */
const SETTLED_MS = 6_000;

describe('watch', () => {
  let stage: Stage;
  let flags: string[];
  before(async () => {
    stage = await Stage.start();
    flags = ['--address', stage.server.address, '--namespace', stage.namespace];
  });
  after(() => stage.stop());

  it('that is killed after a report does not repeat it, and reports the end', async () => {
    await withConfigFile(stage.config(), async (path) => {
      const killed = await WatchProcess.start(['--config', path, ...flags]);
      await stage.whileWorking(async () => {
        await stage.run('killed', 'breaks', []);
        await stage.receiver.has(1);
        // Otherwise the message was sent, and nobody knows.
        const incident = stage.client.workflow.getHandle('job-alert/killed');
        await until(
          async () => ((await incident.query('status')) as { deliveries: unknown[] }).deliveries.length > 0,
          { says: 'not delivered' },
        );
        await killed.end('SIGKILL');
        await stage.run('killed', 'breaks', []);
        const next = await WatchProcess.start(['--config', path, ...flags]);
        await stage.run('after', 'breaks', []);
        await stage.receiver.has(2);
        // The failure of the first process is not reported again.
        await sleep(SETTLED_MS);
        deepEqual(stage.receiver.told(), ['job.failed open killed', 'job.failed open after']);
        await stage.run('killed', 'takes', [1]);
        await stage.receiver.has(3);
        deepEqual(stage.receiver.told().slice(2), ['job.recovered resolved killed']);
        const { code } = await next.end('SIGTERM');
        equal(code, 0);
      });
    });
  });

  it('reports nothing twice while two processes watch, one of them an hour behind', async () => {
    const before = stage.receiver.received.length;
    const config = stage.config();
    const watcher = await stage.watch(config);
    await stage.isWatching(watcher);
    const others = [1, 60].map(
      (minutes) =>
        new JobWatch({
          client: stage.client,
          config: resolveAlerts(config),
          sinceMs: Date.now() - 3 * 3_600_000,
          cursor: { readMs: Date.now() - minutes * 60_000, overdue: [] },
          redact: (text) => text,
          now: Date.now,
          silences: async () => [],
          stoppedChannels: () => [],
        }),
    );
    await stage.whileWorking(async () => {
      await stage.run('twice', 'breaks', []);
      for (const other of others) await other.poll();
      await stage.receiver.has(before + 1);
      await stage.run('twice', 'takes', [1]);
      await stage.receiver.has(before + 2);
      for (const other of others) await other.poll();
      // All of the hour once more: what is over must not begin again.
      await new JobWatch({
        client: stage.client,
        config: resolveAlerts(config),
        sinceMs: 0,
        cursor: { readMs: Date.now() - 3_600_000, overdue: [] },
        redact: (text) => text,
        now: Date.now,
        silences: async () => [],
        stoppedChannels: () => [],
      }).poll();
      // What the others observed is not reported again.
      await sleep(SETTLED_MS);
    });
    // The failure of the job `after`, which is still open, was not told again either.
    deepEqual(stage.receiver.told().slice(before), ['job.failed open twice', 'job.recovered resolved twice']);
    await watcher.close();
  });

  it('reloads its configuration when it changes, and keeps the previous one if it is invalid', async () => {
    await withConfigFile(stage.config(), async (path) => {
      const watcher = await stage.watch(path);
      const hash = async () => (await watcher.status().catch(() => undefined))?.watch?.config;
      const first = await until(hash, { says: 'no configuration' });
      await writeFile(path, '{"channels":');
      await until(
        () =>
          stage.log.some((line) => /expected a value, .*the previous configuration stays in use/.test(line)),
        {
          says: () => `nothing is said: ${stage.log.join('\n')}`,
        },
      );
      await writeFile(path, JSON.stringify(stage.config({ default: { after: 2 } })));
      const wanted = resolveAlerts(stage.config({ default: { after: 2 } })).hash;
      await until(async () => (await hash()) === wanted, {
        within: 90_000,
        says: () => `still ${first}: ${stage.log.join('; ')}`,
      });
      await watcher.close();
    });
  });

  it('--check checks everything, sends each channel a message, and lists the problems', async () => {
    const before = stage.receiver.received.length;
    const gone = await Receiver.start();
    await gone.close();
    const channels = { oncall: stage.receiver.channel(), team: gone.channel() };
    await withConfigFile(stage.config({ channels }), async (path) => {
      const { code, output } = await WatchProcess.run(['--config', path, '--check', ...flags]);
      equal(code, 1);
      match(output, /ok +configuration [0-9a-f]{16}\n/);
      match(output, /ok +namespace \S+ can be read/);
      match(output, /ok +channel oncall accepted a test message/);
      match(output, /FAILED +channel team: no answer \(ECONNREFUSED\)/);
      deepEqual(stage.receiver.told().slice(before), ['watcher.test open']);
    });
  });

  it('does not start with an invalid configuration', async () => {
    await withConfigFile(stage.config({ default: { after: 0 } }), async (path) => {
      const { code, output } = await WatchProcess.run(['--config', path, ...flags]);
      equal(code, 1);
      match(output, /job alerts: default\.after: expected an integer from 1 to 100, got 0 \(number\)\n$/);
    });
  });

  it('names the namespace that cannot be watched, and stops watching the others', async () => {
    await withConfigFile(stage.config(), async (path) => {
      const args = ['--config', path, ...flags, '--namespace', 'no-such-namespace'];
      const { code, output } = await WatchProcess.run(args);
      equal(code, 1);
      match(output, /^no-such-namespace: [^\n]*\n$/m);
      doesNotMatch(output, /Cannot close connection|^ +at /m);
    });
  });

  it('--remove terminates watcher and incidents', async () => {
    const { code, output } = await WatchProcess.run(['--remove', ...flags]);
    equal(code, 0);
    match(output, /terminated [3-9] alert workflows/);
    const query =
      "ExecutionStatus = 'Running' AND WorkflowType IN ('jobWatcher', 'jobAlert', 'jobAlertGroup')";
    await until(async () => (await stage.client.workflow.count(query)).count === 0, {
      says: 'some still run',
    });
  });
});
