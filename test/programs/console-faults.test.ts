/**
 * Temporal away, slow, or refusing calls: pages say so, what is kept stays readable, nothing spins, and all is well
 * again by itself. Two namespaces, a payload codec, a profile.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { ConsoleStatus, JobList, JobPage, RunPage } from '../../console/types';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { getJson, startConsoleFor, temporaryDirectory } from '../support/console';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy';
import { id } from '../support/runs';

const OTHER = 'half-registered';

describe('a console while Temporal has faults', () => {
  let server: TemporalServer;
  let proxy: FaultProxy;
  let connection: Connection;

  before(async () => {
    server = await startTemporalServer({ namespaces: ['default', OTHER], log: () => {} });
    proxy = await startFaultProxy(Number(server.address.split(':')[1]));
    connection = await Connection.connect({ address: server.address });
  });
  after(async () => {
    await connection.close();
    await proxy.close();
    await server.stop();
  });

  const workflow = (workflowId: string, namespace = 'default', memo: Record<string, unknown> = {}) =>
    new Client({ connection, namespace }).workflow.start('nobodyRunsIt', {
      taskQueue: 'nobody',
      workflowId,
      memo: { jobName: workflowId, ...memo },
    });

  /** The state of the first namespace, as soon as it is as wanted. */
  const state = (url: string, wanted: string) =>
    until(
      async () => {
        const status = await getJson<ConsoleStatus>(`${url}/api/status`);
        return status.namespaces[0]?.temporal === wanted ? status : undefined;
      },
      { says: `Temporal is not ${wanted}` },
    );

  const jobOf = (url: string, job: string) =>
    until(async () => (await getJson<JobList>(`${url}/api/jobs`)).jobs.find((each) => each.job === job), {
      says: `${job} is not listed`,
    });

  it('shows that Temporal is away, still serves its own data, and recovers automatically', async () => {
    const job = id('kept');
    const handle = await workflow(job);
    const running = await startConsoleFor({ address: `127.0.0.1:${proxy.port}` });
    try {
      await jobOf(running.url, job);
      await handle.terminate('no longer needed');
      await until(async () => (await jobOf(running.url, job)).bars[0]?.state === 'termination', {
        says: 'its end is not seen',
      });
      proxy.set('drop');
      const away = await state(running.url, 'away');
      match(
        away.problems[0]?.text ?? '',
        /^Temporal does not answer for namespace default: this page shows the console's own data/,
      );
      ok((away.problems[0]?.sinceAt ?? 0) > 0);
      const page = await getJson<JobPage>(`${running.url}/api/jobs/${job}`);
      deepEqual(
        page.runs.map((run) => run.state),
        ['termination'],
      );
      equal(page.problems[0]?.kind, 'temporal-away');
      const run = await getJson<RunPage>(`${running.url}/api/runs/${handle.firstExecutionRunId}`);
      equal(run.run.state, 'termination');
      ok(run.problems.some(({ kind }) => kind === 'temporal-away'));
      const unknown = await fetch(`${running.url}/api/runs/0198c0de-0000-7000-8000-00000000000c`);
      equal(unknown.status, 503);
      match(await unknown.text(), /"kind":"temporal-away","text":"Temporal could not be asked: /);
      // Nothing spins: attempts to connect grow apart, and so there are few in a second.
      const before = proxy.connections();
      await sleep(1_000);
      ok(proxy.connections() - before < 20, `${proxy.connections() - before} connections`);
      proxy.set('pass');
      const well = await state(running.url, 'ok');
      deepEqual(well.problems, []);
    } finally {
      proxy.set('pass');
      await running.close();
    }
  });

  it('serves pages while Temporal hangs', async () => {
    const job = id('hangs');
    const handle = await workflow(job);
    const running = await startConsoleFor({ address: `127.0.0.1:${proxy.port}` });
    try {
      await jobOf(running.url, job);
      proxy.set('hang');
      await state(running.url, 'away');
      // The page of a run waits for calls to Temporal until their deadline. A list waits for none, so it comes first.
      const page = getJson<RunPage>(`${running.url}/api/runs/${handle.firstExecutionRunId}`);
      const list = getJson<JobList>(`${running.url}/api/jobs`);
      equal(await Promise.race([page.then(() => 'run'), list.then(() => 'list')]), 'list');
      const { problems } = await page;
      ok(problems.some(({ kind }) => kind === 'temporal-away'));
    } finally {
      proxy.set('pass');
      await running.close();
    }
  });

  it('starts while Temporal is away, and connects when it is back', async () => {
    proxy.set('drop');
    const running = await startConsoleFor({ address: `127.0.0.1:${proxy.port}` });
    try {
      await state(running.url, 'away');
      proxy.set('pass');
      await state(running.url, 'ok');
    } finally {
      proxy.set('pass');
      await running.close();
    }
  });

  it('shows that there is no such namespace', async () => {
    const running = await startConsoleFor({ address: server.address, namespaces: ['missing'] });
    try {
      const { problems } = await state(running.url, 'away');
      deepEqual(
        problems.map(({ kind, text }) => [kind, text]),
        [
          [
            'temporal-denied',
            'Temporal has no namespace missing: choose another one with --namespace or TEMPORAL_NAMESPACE.',
          ],
        ],
      );
    } finally {
      await running.close();
    }
  });

  it('shows several namespaces, each by itself and all together', async () => {
    const job = id('in-both');
    const handles = [await workflow(job), await workflow(job, OTHER)];
    const running = await startConsoleFor({ address: server.address, namespaces: ['default', OTHER] });
    try {
      const both = await until(
        async () => {
          const { jobs } = await getJson<JobList>(`${running.url}/api/jobs`);
          const found = jobs.filter((each) => each.job === job);
          return found.length === 2 ? found : undefined;
        },
        { says: 'not in both namespaces' },
      );
      deepEqual(both.map(({ namespace }) => namespace).sort(), ['default', OTHER]);
      const one = await getJson<JobList>(`${running.url}/api/jobs?namespace=${OTHER}`);
      deepEqual(
        one.jobs.filter((each) => each.job === job).map(({ last }) => last?.runId),
        [handles[1]?.firstExecutionRunId],
      );
      const page = await getJson<RunPage>(`${running.url}/api/runs/${handles[1]?.firstExecutionRunId}`);
      equal(page.run.namespace, OTHER);
      deepEqual((await getJson<JobList>(`${running.url}/api/jobs?namespace=none`)).jobs, []);
    } finally {
      for (const handle of handles) await handle.terminate();
      await running.close();
    }
  });

  it('decodes memos with --data-converter, and lists runs whose memo cannot be decoded', async () => {
    const directory = temporaryDirectory();
    const codec = `
      const flip = (payloads, to) => payloads.map((payload) => ({
        metadata: { encoding: Buffer.from(to) },
        data: to === 'test/flipped'
          ? Buffer.from(JSON.stringify({ e: Buffer.from(payload.metadata.encoding).toString(), d: Buffer.from(payload.data).toString('base64') }))
          : payload.data,
      }));
      exports.dataConverter = { payloadCodecs: [{
        encode: async (payloads) => flip(payloads, 'test/flipped'),
        decode: async (payloads) => payloads.map((payload) => {
          if (Buffer.from(payload.metadata.encoding).toString() !== 'test/flipped') return payload;
          const { e, d } = JSON.parse(Buffer.from(payload.data).toString());
          return { metadata: { encoding: Buffer.from(e) }, data: Buffer.from(d, 'base64') };
        }),
      }] };`;
    const file = join(directory.path, 'converter.cjs');
    writeFileSync(file, codec);
    const { dataConverter } = require(file) as { dataConverter: object };
    const encoding = new Client({ connection, dataConverter });
    const job = id('encoded');
    const handle = await encoding.workflow.start('nobodyRunsIt', {
      taskQueue: 'nobody',
      workflowId: job,
      memo: { jobName: job },
    });
    const running = await startConsoleFor({ address: server.address }, { dataConverter: file });
    const without = await startConsoleFor({ address: server.address });
    try {
      equal((await jobOf(running.url, job)).last?.runId, handle.firstExecutionRunId);
      // Its job's name is not known then: the type stands for it.
      const run = await until(
        async () => {
          const { jobs } = await getJson<JobList>(`${without.url}/api/jobs`);
          return jobs.some((each) => each.job === 'nobodyRunsIt');
        },
        { says: 'a run with an encoded memo is not listed' },
      );
      ok(run);
    } finally {
      await handle.terminate();
      await running.close();
      await without.close();
      directory.remove();
    }
  });

  it('connects by a profile, as the temporal CLI does', async () => {
    const directory = temporaryDirectory();
    const configFile = join(directory.path, 'temporal.toml');
    writeFileSync(configFile, `[profile.prod]\naddress = "${server.address}"\nnamespace = "${OTHER}"\n`);
    const { TEMPORAL_ADDRESS: address } = process.env;
    Reflect.deleteProperty(process.env, 'TEMPORAL_ADDRESS');
    const running = await startConsoleFor({ configFile, profile: 'prod' });
    try {
      equal(running.temporalAddress, server.address);
      const { namespaces } = await state(running.url, 'ok');
      deepEqual(
        namespaces.map(({ name }) => name),
        [OTHER],
      );
    } finally {
      await running.close();
      directory.remove();
      if (address !== undefined) process.env.TEMPORAL_ADDRESS = address;
    }
  });
});
