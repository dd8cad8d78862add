/**
 * The Temporal server of the tests starts when it is needed and stops when it is not.
 */

import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { Connection } from '@temporalio/client';
import { startTemporalServer, type TemporalServer, temporalCli } from '../../testing/temporal-server.js';
import { until } from '../../testing/until.js';
import { endOf } from '../support/child-process.js';

const MODULE = require.resolve('../../testing/temporal-server.js');
/** The environment without the address of a running server. */
const { TEMPORAL_ADDRESS: _running, ...env } = process.env;
const quiet = { env, log: () => {} };

describe('startTemporalServer', () => {
  it('two servers at once answer in their own namespaces, keep nothing of each other, and stop', async () => {
    const [one, two] = await Promise.all([
      startTemporalServer({ ...quiet, namespaces: ['default', 'first'], ui: true }),
      startTemporalServer({ ...quiet, namespaces: ['second'] }),
    ]);
    try {
      deepEqual(await namespacesOf(one.address), ['default', 'first']);
      deepEqual(await namespacesOf(two.address), ['default', 'second']);
      match(await (await fetch(String(one.uiUrl))).text(), /<html/);
      equal(two.uiUrl, undefined);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
    await one.stop();
    deepEqual(await Promise.all([accepts(one.address), accepts(two.address)]), [false, false]);
  });

  it('a running server is used, gets the missing namespaces, and is not stopped', async (t) => {
    const running = await startTemporalServer(quiet);
    t.after(() => running.stop());
    const given = {
      TEMPORAL_ADDRESS: running.address,
      TEMPORAL_CLI: '/some/temporal',
      TEMPORAL_UI_URL: 'http://ui',
    };
    const used = await startTemporalServer({ env: given, namespaces: ['missing'] });
    deepEqual(
      [used.address, used.temporalBinary, used.uiUrl],
      [running.address, '/some/temporal', 'http://ui'],
    );
    deepEqual(await namespacesOf(running.address), ['default', 'missing']);
    await used.stop();
    equal(await accepts(running.address), true);
  });

  for (const { end, how } of [
    { end: 'process.kill(process.pid, "SIGKILL")', how: 'is killed' },
    { end: 'process.kill(process.pid, "SIGINT")', how: 'is interrupted with Ctrl-C' },
    { end: 'setImmediate(() => { throw new Error("uncaught"); })', how: 'throws' },
    { end: '', how: 'ends without stopping it' },
  ]) {
    it(`the server ends when the process that started it ${how}`, async () => {
      const program = `require(${JSON.stringify(MODULE)}).startTemporalServer({ log() {} })
        .then(({ address }) => process.stdout.write(address + '\\n', () => { ${end} }))`;
      const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'ignore'] });
      const signal = AbortSignal.timeout(60_000);
      const [address] = (await once(createInterface(child.stdout), 'line', { signal })) as [string];
      await endOf(child);
      const isGone = async () => !(await accepts(address));
      await until(isGone, { within: 5_000, says: 'the server is still there' });
    });
  }
});

it('each failing step is logged in one line with the next one, and the last line names what to install', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'temporal-binary-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'temporal'), '#!/bin/sh\necho "temporal version 0.9.0 (Server 1.20.0)"\n');
  await chmod(join(directory, 'temporal'), 0o755);
  const lines: string[] = [];
  const nothingWorks = {
    PATH: directory,
    XDG_CACHE_HOME: directory,
    HTTPS_PROXY: 'http://127.0.0.1:9',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
  };
  await rejects(
    startTemporalServer({ env: nothingWorks, log: (line) => lines.push(line) }),
    /No Temporal server.*Install the Temporal CLI.*TEMPORAL_ADDRESS/,
  );
  const expected = [
    /^TEMPORAL_ADDRESS=127\.0\.0\.1:9: does not answer, after \d+ ms; next: /,
    /^`temporal` on the PATH: .* is too old, Temporal server 1\.29 is needed: .*0\.9\.0.*; next: an earlier cached /,
    /^an earlier cached binary: none at .*; next: the download of @temporalio\/testing$/,
    /^the download of @temporalio\/testing: .*; next: go install/,
    /^go install of the Temporal CLI [\d.]+: Go is not installed$/,
  ];
  equal(lines.length, expected.length, lines.join('\n'));
  for (const [index, pattern] of expected.entries()) match(lines[index] ?? '', pattern);
  deepEqual(await readdir(join(directory, 'temporal-job-tracing')), [], 'nothing half-made in the cache');
});

describe('temporalCli', () => {
  let server: TemporalServer;
  before(async () => {
    server = await startTemporalServer(quiet);
  });
  after(() => server.stop());

  it('a search attribute can be used as soon as it is registered', async () => {
    await temporalCli(server, ...'operator search-attribute create --name Fresh --type Keyword'.split(' '));
    const start = 'workflow start --type T --task-queue q --workflow-id w --search-attribute Fresh="x"'.split(
      ' ',
    );
    await temporalCli(server, ...start);
    match(await temporalCli(server, 'workflow', 'describe', '-w', 'w'), /Fresh/);
  });

  it('the error contains the message of the binary', async () => {
    await rejects(temporalCli(server, 'workflow', 'describe', '-w', 'nobody'), /workflow not found/);
  });

  it('without a binary the error names the variable to set', async () => {
    const withoutBinary = { address: server.address, temporalBinary: undefined };
    await rejects(temporalCli(withoutBinary, 'workflow', 'list'), /TEMPORAL_CLI/);
  });
});

/** Returns the names of the server's namespaces in alphabetical order, without the internal one. */
async function namespacesOf(address: string): Promise<(string | null | undefined)[]> {
  const connection = await Connection.connect({ address });
  try {
    const { namespaces } = await connection.workflowService.listNamespaces({});
    return namespaces
      .map(({ namespaceInfo }) => namespaceInfo?.name)
      .filter((name) => name !== 'temporal-system')
      .sort();
  } finally {
    await connection.close();
  }
}

async function accepts(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
