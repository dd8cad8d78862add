/** The program `console` and a Temporal server behind TLS: a client certificate, an API key, by flags and by a profile. */
import { equal, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConsoleStatus } from '../../console/types';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { getJson, temporaryDirectory } from '../support/console';
import { startProgram } from '../support/program';
import { type Certificate, certificate, startTlsProxy, type TlsProxyOptions } from '../support/tls-proxy';

const NAME = 'temporal.example';
const KEY = 'a key that nobody guesses';

describe('a console with TLS to Temporal', () => {
  const directory = temporaryDirectory();
  let server: TemporalServer;
  let own: Certificate;
  let client: Certificate;

  before(async () => {
    server = await startTemporalServer({ log: () => {} });
    own = await certificate(directory.path, NAME);
    client = await certificate(directory.path, 'client.example');
  });
  after(async () => {
    await server.stop();
    directory.remove();
  });

  /** The console says this of Temporal; returns its words about a problem, and the API key that it sent. */
  async function says(
    wanted: string,
    proxy: Omit<TlsProxyOptions, 'own'>,
    flags: (address: string) => readonly string[],
  ): Promise<{ text: string; key: string | undefined }> {
    const started = await startTlsProxy(server.address, { own, ...proxy });
    const data = temporaryDirectory();
    const program = startProgram([
      ...['console', '--port', '0', '--data', data.path],
      ...flags(started.address),
    ]);
    let last: ConsoleStatus | undefined;
    try {
      const url = await program.url();
      const text = await until(
        async () => {
          last = await getJson<ConsoleStatus>(`${url}/api/status`);
          const [problem] = last.problems;
          const state = problem?.kind ?? last.namespaces[0]?.temporal;
          return state === wanted ? { text: problem?.text ?? '' } : undefined;
        },
        { says: () => `not ${wanted}: ${JSON.stringify(last)}` },
      );
      return { ...text, key: started.lastKey() };
    } finally {
      program.child.kill('SIGTERM');
      await program.ended;
      await started.close();
      data.remove();
    }
  }

  const trusting = (address: string) => [
    ...['--address', address, '--tls', '--tls-ca-path', own.cert, '--tls-server-name', NAME],
  ];
  const withCertificate = (address: string) => [
    ...trusting(address),
    ...['--tls-cert-path', client.cert, '--tls-key-path', client.key],
  ];

  it('connects with a client certificate', async () => {
    await says('ok', { clients: client }, withCertificate);
  });

  it('shows Temporal as away without the certificate, or if it does not trust the server', async () => {
    await says('temporal-away', { clients: client }, trusting);
    await says('temporal-away', {}, (address) => ['--address', address, '--tls']);
  });

  it('connects with an API key, as a flag and from a profile', async () => {
    const byFlag = await says('ok', { apiKey: KEY }, (address) => [...trusting(address), '--api-key', KEY]);
    equal(byFlag.key, `Bearer ${KEY}`);
    await says('ok', { apiKey: KEY }, (address) => {
      const file = join(directory.path, 'temporal.toml');
      const tls = `[profile.prod.tls]\nserver_name = "${NAME}"\nserver_ca_cert_path = "${own.cert}"\n`;
      writeFileSync(file, `[profile.prod]\naddress = "unused"\napi_key = "${KEY}"\n${tls}`);
      return ['--config-file', file, '--profile', 'prod', '--address', address];
    });
  });

  it('shows that its key is rejected', async () => {
    const { text } = await says('temporal-denied', { apiKey: KEY }, (address) => [
      ...trusting(address),
      ...['--api-key', 'wrong'],
    ]);
    match(text, /^Temporal refuses the console's credentials for namespace default\. /);
  });
});
