/** What the console reads from a real server whose clock is not the console's, and which has memos behind a codec. */
import { equal, ok } from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import type { JobList } from '../../console/types';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { getJson, startConsoleFor } from '../support/console';
import { id } from '../support/runs';

const MINUTE_MS = 60_000;

describe('a console', () => {
  let server: TemporalServer;
  let connection: Connection;
  before(async () => {
    server = await startTemporalServer({ log: () => {} });
    connection = await Connection.connect({ address: server.address });
  });
  after(async () => {
    await connection.close();
    await server.stop();
  });

  const jobs = (url: string) => getJson<JobList>(`${url}/api/jobs`);
  const jobOf = (url: string, job: string) =>
    until(async () => (await jobs(url)).jobs.find((each) => each.job === job), {
      says: `${job} is not listed`,
    });

  for (const [what, differenceMs] of [
    ['ahead of', 10 * MINUTE_MS],
    ['behind', -10 * MINUTE_MS],
  ] as const)
    it(`with a clock ${what} the server's keeps the runs that close`, async () => {
      const now = Date.now;
      mock.method(Date, 'now', () => now() + differenceMs);
      const running = await startConsoleFor({ address: server.address });
      try {
        const client = new Client({ connection });
        for (const job of [id('first'), id('second')]) {
          const handle = await client.workflow.start('nobodyRunsIt', {
            taskQueue: 'nobody',
            workflowId: job,
            memo: { jobName: job },
          });
          await jobOf(running.url, job);
          await handle.terminate('no longer needed');
          await until(async () => (await jobOf(running.url, job)).last?.state === 'termination', {
            says: 'its end is not seen',
          });
        }
      } finally {
        await running.close();
        mock.restoreAll();
      }
    });

  it('without the data converter reads Schedules whose memo it cannot decode', async () => {
    const encrypted = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') };
    const dataConverter = {
      payloadCodecs: [{ encode: async () => [encrypted], decode: async () => [] }],
    };
    const client = new Client({ connection, dataConverter });
    const scheduleId = id('schedule');
    const handle = await client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every: '1 hour' }] },
      memo: { team: 'billing' },
      action: { type: 'startWorkflow', workflowType: scheduleId, taskQueue: 'nobody' },
    });
    await handle.trigger();
    const running = await startConsoleFor({ address: server.address });
    try {
      const row = await until(
        async () =>
          (await jobs(running.url)).jobs.find(({ job, nextDueAt }) => job === scheduleId && nextDueAt),
        { says: 'it has no due time' },
      );
      equal(row.schedule, 'every 3600 s');
      ok((row.nextDueAt ?? 0) > Date.now());
      await until(async () => !(await jobs(running.url)).isFilling, { says: 'the first fill does not end' });
    } finally {
      await running.close();
      await handle.delete();
    }
  });
});
