/** Runs that Temporal no longer has, such as after its retention: the console still lists them, marked. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { JobList, JobPage, RunPage } from '../../console/types';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import { getJson, startConsoleFor } from '../support/console';
import { id } from '../support/runs';

describe('a run that Temporal no longer has', () => {
  let server: TemporalServer;
  let connection: Connection;
  let client: Client;

  before(async () => {
    // A server of its own: it deletes a run only when all that came before is done, of other tests too.
    const { TEMPORAL_ADDRESS: _, ...env } = process.env;
    server = await startTemporalServer({ env, log: () => {} });
    connection = await Connection.connect({ address: server.address });
    client = new Client({ connection });
  });
  after(async () => {
    await connection.close();
    await server.stop();
  });

  const workflow = (workflowId: string, jobName = workflowId) =>
    client.workflow.start('nobodyRunsIt', { taskQueue: 'nobody', workflowId, memo: { jobName } });

  /** Deletes a closed run, as the namespace's retention does. */
  async function remove(handle: WorkflowHandleWithFirstExecutionRunId): Promise<void> {
    const workflowExecution = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
    await client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
    await until(
      () =>
        handle.describe().then(
          () => false,
          () => true,
        ),
      { says: 'it is not deleted' },
    );
  }

  const jobOf = (url: string, job: string) =>
    until(async () => (await getJson<JobList>(`${url}/api/jobs`)).jobs.find((each) => each.job === job), {
      says: `${job} is not listed`,
    });

  it('still has a page and is listed, both marked', async () => {
    const job = id('forgotten');
    const handle = await workflow(job);
    const running = await startConsoleFor({ address: server.address });
    try {
      await jobOf(running.url, job);
      await handle.terminate('no longer needed');
      await until(async () => (await jobOf(running.url, job)).bars[0]?.state === 'termination', {
        says: 'its end is not seen',
      });
      await remove(handle);
      const page = await getJson<RunPage>(`${running.url}/api/runs/${handle.firstExecutionRunId}`);
      ok(page.problems.some(({ kind }) => kind === 'forgotten'));
      equal(page.run.state, 'termination');
      const list = await getJson<JobPage>(`${running.url}/api/jobs/${job}`);
      deepEqual(
        list.runs.map(({ isForgotten }) => isForgotten),
        [true],
      );
    } finally {
      await running.close();
    }
  });

  it('is marked in the list of its job although nobody has opened it', async () => {
    const job = id('list');
    const handles = [await workflow(id('list-gone'), job), await workflow(job)];
    const running = await startConsoleFor({ address: server.address });
    const marked = async () => {
      const { runs } = await getJson<JobPage>(`${running.url}/api/jobs/${job}`);
      const closed = runs.filter((run) => run.state === 'termination');
      return closed.length === 2 && closed.filter((run) => run.isForgotten).map((run) => run.workflowId);
    };
    try {
      await jobOf(running.url, job);
      for (const handle of handles) await handle.terminate('no longer needed');
      await until(marked, { says: 'their ends are not seen' });
      const gone = handles[0] as WorkflowHandleWithFirstExecutionRunId;
      await remove(gone);
      const ids = await until(async () => ((await marked()) || []).length > 0 && marked(), {
        within: 90_000,
        says: 'none is marked',
      });
      deepEqual(ids, [gone.workflowId]);
    } finally {
      await running.close();
    }
  });
});
