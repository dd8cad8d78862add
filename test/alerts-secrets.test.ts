/** Secrets of channels: where they come from, and what is shown of those that are missing, wrong or late. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Channels } from '../alerts/channels/channels';
import { environmentSecrets, reveal, revealAddress, revealHeader } from '../alerts/channels/secrets';
import { checkSecrets } from '../alerts/check-secrets';
import { resolveAlerts } from '../alerts/config/resolve';
import type { AlertMessage } from '../alerts/incident/message';

const MESSAGE: AlertMessage = {
  id: 'msg_1',
  key: 'failure',
  type: 'job.failed',
  state: 'open',
  sinceMs: 1_000,
  facts: {},
  queuedMs: 2_000,
};

describe('a secret', () => {
  const file = join(tmpdir(), `alerts-secret-${process.pid}`);
  const secrets = environmentSecrets({
    A: ' from the environment\n',
    B_FILE: file,
    C_FILE: '/nowhere',
    E: '',
    F: 'x',
    F_FILE: file,
    G: '',
    G_FILE: file,
    SPLIT: 'a\nb',
    URL: 'https://me:pw@hooks.example',
  });
  before(() => writeFile(file, 'from the file\n', { mode: 0o600 }));
  after(() => rm(file));

  it('comes from the environment, or from the file named there, without white space around it', async () => {
    equal(await reveal({ secret: 'A' }, secrets), 'from the environment');
    equal(await reveal({ secret: 'B' }, secrets), 'from the file');
    equal(await reveal({ secret: 'G' }, secrets), 'from the file');
  });

  const table: readonly [name: string, message: RegExp][] = [
    ['C', /^secret "C": expected the path of a file in C_FILE, got a path that cannot be read \(ENOENT\)$/],
    ['D', /^secret "D": expected the environment variable D, or D_FILE .* got neither$/],
    ['E', /^secret "E": expected the environment variable E, or E_FILE .* got an empty E$/],
    ['F', /^secret "F": expected only one of F and F_FILE, got both$/],
  ];
  for (const [name, message] of table)
    it(`that is missing is named with what was expected: ${message.source}`, () =>
      rejects(reveal({ secret: name }, secrets), { name: 'SecretError', message }));

  it('of the wrong form is named, and not shown', async () => {
    await rejects(
      revealHeader({ secret: 'SPLIT' }, secrets),
      /^SecretError: secret "SPLIT": [^\n]*something else$/,
    );
    await rejects(
      revealAddress({ secret: 'URL' }, secrets),
      /^SecretError: secret "URL": expected an http or https address without .*, got an address that has them$/,
    );
    await rejects(
      reveal({ secret: 'A' }, () => undefined),
      /^SecretError: secret "A": expected text, got undefined$/,
    );
  });

  it('whose provider fails is named, without the message of the provider', async () => {
    const failing = () => Promise.reject(new Error('vault token abc'));
    await rejects(
      reveal({ secret: 'A' }, failing),
      /^SecretUnavailableError: secret "A": the provider of secrets failed \(Error\)$/,
    );
    const config = resolveAlerts({ channels: { slack: { type: 'slack', url: { secret: 'A' } } } });
    await checkSecrets(config, failing);
    await rejects(
      checkSecrets(config, () => undefined),
      /^OptionError: job alerts: channels\.slack: /,
    );
  });

  it('whose provider does not answer is named after 10 s, and the message is retried', async () => {
    const config = resolveAlerts({
      channels: {
        hook: { type: 'webhook', url: { secret: 'A' }, secret: { secret: 'B' } },
        slack: { type: 'slack', url: { secret: 'C' } },
      },
      heartbeatUrl: { secret: 'D' },
    });
    const all = new Channels('default', config, () => new Promise(() => {}));
    // Without a timer, nothing would keep the process alive.
    const alive = setInterval(() => {}, 1_000);
    const [problems, sent] = await Promise.all([
      all.problems(),
      all.send('slack', { kind: 'job', name: 'nightly' }, MESSAGE),
    ]);
    clearInterval(alive);
    const why = 'the provider of secrets did not answer within 10000 ms';
    deepEqual(problems, [
      { channel: 'hook', text: `channels.hook: secret "B": ${why}`, isLasting: false },
      { channel: 'slack', text: `channels.slack: secret "C": ${why}`, isLasting: false },
      { text: `heartbeatUrl: secret "D": ${why}`, isLasting: false },
    ]);
    deepEqual(sent, { kind: 'retry', why: `secret "C": ${why}` });
  });
});
