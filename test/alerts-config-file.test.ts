/** The configuration's file is refused as a whole, with its path, if it is not JSON in which each key counts. */
import { deepEqual, match, rejects } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadAlerts } from '../alerts/config/load';
import { loadAlertsModule } from '../alerts/load-module';

const CONFIG = JSON.stringify({
  channels: { oncall: { type: 'slack', url: { secret: 'SLACK_URL' } } },
  jobs: { nightly: { after: 2 } },
});

describe('a file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alerts-config-'));
  });
  after(() => rm(folder, { recursive: true }));
  const write = async (text: string, name = 'job-alerts.json') => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  it('may begin with a byte order mark', async () => {
    const { hash } = await loadAlerts(await write(`\ufeff${CONFIG}`));
    deepEqual(hash, (await loadAlerts(JSON.parse(CONFIG))).hash);
  });

  const table: readonly [what: string, text: string, message: RegExp][] = [
    ['that is empty', '', /job-alerts\.json: line 1, column 1: expected a value, got the end of the file$/],
    ['with a comment', `// ours\n${CONFIG}`, /: line 1, column 1: expected a value, got a comment/],
    ['with a key twice', CONFIG.replace('"jobs"', '"channels"'), /: expected each key once, got "channels"/],
    [
      'with two rules for a job',
      CONFIG.replace('"nightly":', '"nightly":{},"nightly":'),
      /: expected each key once, got "nightly" a second time$/,
    ],
  ];
  for (const [what, text, message] of table)
    it(`${what} is refused`, async () =>
      rejects(loadAlerts(await write(text)), (error: Error) => {
        match(error.message, message);
        return error.name === 'OptionError';
      }));

  it('that is a directory, or is not there, is refused with its whole path', async () => {
    await rejects(loadAlerts(relative(process.cwd(), folder)), {
      message: `job alerts: expected a JSON file at ${folder}, got a directory`,
    });
    await rejects(loadAlerts(join(folder, 'nowhere.json')), /nowhere\.json, got no file$/);
  });

  it('with a module must export an option, of the right type', async () => {
    const load = async (name: string, text: string) =>
      loadAlertsModule('--module', await write(text, `${name}.cjs`));
    await rejects(
      load('misspelt', 'exports.redactor = () => "";'),
      /expected exports redact, .* got .*redactor/,
    );
    await rejects(load('text', 'exports.redact = "x";'), /redact: expected type function, got string$/);
    await rejects(
      load('number', 'exports.dataConverter = 5;'),
      /dataConverter: expected type object, got number$/,
    );
    deepEqual(Object.keys(await load('right', 'exports.secrets = () => "";')), ['secrets']);
  });
});
