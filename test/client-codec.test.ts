/**
 * A client without the workers' payload codec: its changes take effect and are reported as successful, and lists and
 * look-ups work without memos.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import { JobClient, type JobRun, ScheduledJobError } from 'temporal-job-tracing/client';
import { until } from '../testing/until';
import { CODEC } from './support/payload-codec';
import { id, Runs, traceIdOf } from './support/runs';
import { SCHEDULED_PATH } from './support/scheduled-jobs';

const dataConverter = { payloadCodecs: [CODEC] };

describe("a client without the workers' codec", () => {
  let runs: Runs;
  let withoutCodec: JobClient;
  let withCodec: JobClient;

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH, dataConverter } });
    withoutCodec = new JobClient({ client: runs.harness.client });
    withCodec = new JobClient({ client: new Client({ connection: runs.harness.connection, dataConverter }) });
  });
  after(() => runs.stop());

  const isUnreadable = (message: RegExp) => (error: unknown) => {
    ok(error instanceof ScheduledJobError, String(error));
    equal(error.problem, 'unreadable');
    match(error.message, message);
    match(
      error.message,
      /set the dataConverter of the workers \(their payload codec\) on the Temporal client/,
    );
    return true;
  };

  it('changes jobs, reports the success, and lists jobs and runs', async () => {
    const job = id('encoded');
    const spec = { workflow: 'slow', args: [1], cron: '0 2 * * *', manualRuns: 'refuse' } as const;
    const handle = await withoutCodec.create(job, spec, { taskQueue: runs.taskQueue });
    const status = () => withCodec.getHandle(job).status();
    equal((await status()).paused, false);

    await rejects(
      handle.pause(),
      isUnreadable(/^job '.*': pause: it succeeded, but the response cannot be decoded/),
    );
    equal((await status()).paused, true);
    await rejects(handle.update({ cron: '0 3 * * *' }), isUnreadable(/change: it succeeded/));
    equal((await status()).spec.cron, '0 3 * * *');
    await rejects(handle.status(), isUnreadable(/: the response cannot be decoded/));
    await rejects(handle.update({ cron: '0 3 * * 9' }), (error: unknown) => {
      ok(error instanceof ScheduledJobError);
      deepEqual([error.problem, /cron/.test(error.message)], ['invalid', true]);
      return true;
    });

    await rejects(handle.runNow({ args: [1], reason: 'a look' }), isUnreadable(/runNow: it succeeded/));
    const [run] = (await status()).manualRuns;
    ok(run);
    const listed = async () => {
      for await (const found of withoutCodec.runs(job)) if (found.runId === run.runId) return found;
      return undefined;
    };
    const found: JobRun = await until(listed, { says: 'the run is not listed' });
    deepEqual([found.job, found.traceId, found.trigger], [job, traceIdOf(run.runId), 'manual']);
    equal((await withoutCodec.traces.find(run.traceId))?.root.runId, run.runId);
    equal((await withoutCodec.traces.of({ workflowId: run.workflowId })).traceId, run.traceId);
    equal(
      (await withoutCodec.traces.of(runs.harness.client.workflow.getHandle(run.workflowId))).traceId,
      run.traceId,
    );

    const inList = async (jobs: JobClient) => {
      for await (const one of jobs.list()) if (one.id === job) return one;
      return undefined;
    };
    const { createdAt, ...rest } = (await inList(withoutCodec)) ?? {};
    deepEqual([createdAt instanceof Date, rest], [true, { id: job }]);
    equal((await inList(withCodec))?.cron, '0 3 * * *');
    await handle.delete();
    await rejects(handle.pause(), { problem: 'not-found' });
  });
});
