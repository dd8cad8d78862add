/** A configuration that cannot work is refused at start; while a watcher runs, the one before it stays in use. */
import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { NativeConnection } from '@temporalio/worker';
import { startJobWatcher } from 'temporal-job-tracing/alerts';
import { until } from '../../testing/until';
import { HOOK_KEY } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';
import { WatchProcess, withConfigFile } from '../support/alerts/watch-process';

const NOWHERE = ['--address', '127.0.0.1:1'];

describe('watch', () => {
  it('checks its configuration and all secrets before it connects', async () => {
    const channels = {
      oncall: { type: 'webhook', url: 'http://127.0.0.1:1', secret: { secret: 'NO_KEY' } },
      team: { type: 'slack', url: { secret: 'NO_URL' } },
    } as const;
    await withConfigFile({ channels }, async (path) => {
      const { code, output } = await WatchProcess.run(['--config', path, ...NOWHERE], { NO_URL: '' });
      equal(code, 1);
      match(output, /^--config: job alerts: channels\.oncall: secret "NO_KEY": expected .*, got neither; /);
      match(output, /; channels\.team: secret "NO_URL": expected .*, got an empty NO_URL\n$/);
    });
  });

  it('does not remove what it was asked to check', async () => {
    await withConfigFile('{}', async (path) => {
      const { code, output } = await WatchProcess.run(['--config', path, '--check', '--remove', ...NOWHERE]);
      equal(code, 2);
      match(output, /^expected only one of --check and --remove, got both\n/);
    });
  });
});

describe('watch, on a server that it cannot use,', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
  });
  after(() => stage.stop());
  const run = (more: readonly string[]) =>
    withConfigFile({ channels: { oncall: stage.receiver.channel() } }, (path) =>
      WatchProcess.run(['--config', path, ...more], { HOOK_KEY }),
    );

  it('says that nothing listens at the address', async () => {
    const { code, output } = await run(NOWHERE);
    equal(code, 1);
    equal(
      output,
      'Temporal at 127.0.0.1:1: expected a Temporal server, got: Connection refused; check --address and the --tls options, or start the server\n',
    );
  });

  it('says that there is no such namespace, in one line, also with --check', async () => {
    const nowhere = ['--address', stage.server.address, '--namespace', 'no-such'];
    const problem = "job alerts: namespace: expected one that the server has, got 'no-such' (string)\n";
    deepEqual(await run(nowhere), { code: 1, output: `no-such: ${problem}` });
    const { code, output } = await run([...nowhere, '--check']);
    equal(code, 1);
    match(output, /^ok {6}configuration [0-9a-f]{16}\n/);
    equal(
      output
        .split('\n')
        .filter((line) => line.startsWith('FAILED'))
        .join(),
      `FAILED  ${problem.trim()}`,
    );
  });
});

describe('watch --check, in a namespace without the search attributes,', () => {
  it('does not say that the namespace can be read', async () => {
    const stage = await Stage.start({ attributes: false });
    try {
      const args = ['--check', '--address', stage.server.address, '--namespace', stage.namespace];
      const { code, output } = await withConfigFile(
        { channels: { oncall: stage.receiver.channel() } },
        (path) => WatchProcess.run(['--config', path, ...args], { HOOK_KEY }),
      );
      equal(code, 1);
      match(output, /^FAILED {2}search attributes of namespace .*: not registered: TraceId, /m);
      doesNotMatch(output, /can be read/);
    } finally {
      await stage.stop();
    }
  });
});

describe('startJobWatcher', () => {
  it('refuses unknown options, and functions that are none', async () => {
    const start = (more: object) => startJobWatcher({ config: {}, ...more } as never);
    await rejects(
      start({ redactor: () => '' }),
      /^OptionError: startJobWatcher: redactor: expected one of connection/,
    );
    await rejects(start({ redact: 'x' }), /startJobWatcher: redact: expected a function, got 'x' \(string\)/);
  });
});

describe('a configuration file that changes', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
  });
  after(() => stage.stop());
  const logs = (text: RegExp) =>
    until(() => stage.log.some((line) => text.test(line)), {
      says: () => `it logs: ${stage.log.join('\n')}`,
    });

  it('to one with a missing secret is not used, until the secret is there', async () => {
    let url: string | undefined;
    const secrets = (name: string) => (name === 'LATER' ? url : HOOK_KEY);
    await withConfigFile(stage.config(), async (path) => {
      const watcher = await stage.watch(path, { secrets });
      const slack = { type: 'slack', url: { secret: 'LATER' } } as const;
      await writeFile(
        path,
        JSON.stringify(stage.config({ channels: { oncall: stage.receiver.channel(), slack } })),
      );
      await logs(/channels\.slack: secret "LATER": .*; the previous configuration stays in use$/);
      url = 'http://127.0.0.1:1';
      await logs(/the configuration is valid again$/);
      await logs(/configuration [0-9a-f]{16} is now in use$/);
      await watcher.close();
    });
  });

  it('and is being read when the watcher is closed is not used, and the connection can be closed', async () => {
    const connection = await NativeConnection.connect({ address: stage.server.address });
    let isRead = false;
    const secrets = (name: string) => {
      isRead ||= name === 'NEXT_KEY';
      return HOOK_KEY;
    };
    await withConfigFile(stage.config(), async (path) => {
      const { namespace } = stage;
      const watcher = await startJobWatcher({ connection, namespace, config: path, secrets });
      await stage.isWatching(watcher);
      const oncall = { ...stage.receiver.channel(), secret: { secret: 'NEXT_KEY' } };
      await writeFile(path, JSON.stringify(stage.config({ channels: { oncall } })));
      await until(() => isRead, { says: 'the new configuration is not read' });
      // The worker with the previous configuration is stopping.
      await watcher.close();
      await connection.close();
    });
  });

  it('and no longer has a channel with an open alert is not a problem: the other channels get the end', async () => {
    const channels = {
      oncall: stage.receiver.channel('/hook/oncall'),
      team: stage.receiver.channel('/hook/team'),
    };
    await withConfigFile(stage.config({ channels }), async (path) => {
      const watcher = await stage.watch(path);
      await stage.isWatching(watcher);
      await stage.whileWorking(async () => {
        await stage.run('dropped', 'breaks', []);
        await stage.receiver.has(1, 60_000, '/hook/oncall');
        await stage.receiver.has(1, 60_000, '/hook/team');
        stage.log.length = 0;
        await writeFile(path, JSON.stringify(stage.config({ channels: { oncall: channels.oncall } })));
        await logs(/is now in use$/);
        await stage.run('dropped', 'takes', [1]);
        await stage.receiver.has(2, 60_000, '/hook/oncall');
        const incident = stage.client.workflow.getHandle('job-alert/dropped');
        const refused = await until(
          async () => {
            const { deliveries } = await incident.query<{
              deliveries: { channel: string; outcome: string }[];
            }>('status');
            return deliveries.find(({ outcome }) => outcome === 'refused');
          },
          { within: 90_000, says: 'the end is still to be delivered' },
        );
        equal(refused.channel, 'team');
      });
      deepEqual(stage.receiver.told('/hook/oncall'), [
        'job.failed open dropped',
        'job.recovered resolved dropped',
      ]);
      deepEqual(stage.receiver.told('/hook/team'), ['job.failed open dropped']);
      doesNotMatch(stage.log.join('\n'), /rejects messages/);
      await watcher.close();
    });
  });
});
