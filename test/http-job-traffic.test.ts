/** The headers that mark an HTTP job's traffic: scheduler, lane, load test; and the URL of runs in a lane. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpActivities } from 'temporal-job-tracing/activities';
import { HttpJobs } from './support/http-jobs';
import { id } from './support/runs';

describe('the traffic of httpJob', () => {
  let jobs: HttpJobs;

  before(async () => {
    jobs = await HttpJobs.start({ allowHosts: ['127.0.0.1:*'] });
  });
  after(() => jobs.stop());

  it('sends lane and load test in plain headers and in baggage', async () => {
    jobs.respond = () => [204];
    const { requests } = await jobs.run('marks', { url: jobs.service.url, lane: 'gray', loadTest: true });
    const { headers } = requests[0] ?? {};
    deepEqual(
      [headers?.['x-traffic-origin'], headers?.['x-traffic-lane'], headers?.['x-traffic-loadtest']],
      ['scheduler', 'gray', 'true'],
    );
    match(String(headers?.baggage), /,traffic\.origin=scheduler,traffic\.lane=gray,traffic\.loadtest=true$/);
  });

  it('takes the key loadtest of JSON', async () => {
    jobs.respond = () => [204];
    const spec = { url: jobs.service.url, loadtest: true };
    const { requests } = await jobs.run('json', spec);
    equal(requests[0]?.headers['x-traffic-loadtest'], 'true');
  });

  it('routes a share of its runs to the URL of a lane, and tells them so', async () => {
    jobs.respond = () => [200];
    const lane = { name: 'gray', share: 0.5, url: `${jobs.service.url}/gray` };
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        jobs.run(`share-${i}`, { url: `${jobs.service.url}/stable`, lane }),
      ),
    );
    const byRun = new Map(
      jobs.service.requests.map(({ headers, path }) => [
        headers['idempotency-key'],
        [path, headers['x-traffic-lane']],
      ]),
    );
    const places = results.map(({ runId }) => String(byRun.get(`${runId}-httpRequest`)));
    deepEqual(
      [...new Set(places)].sort(),
      ['/gray,gray', '/stable,'],
      'all in one has a chance of 1 in 32,768',
    );
  });

  it('takes lane and load test of the run, and then the URL of that lane', async () => {
    jobs.respond = () => [200];
    const workflowId = id('lane-of-run');
    const url = `${jobs.service.url}/stable`;
    const start = (lane: string) =>
      jobs.runs.pluginClient.workflow.execute('httpJob', {
        taskQueue: jobs.runs.taskQueue,
        workflowId: `${workflowId}-${lane}`,
        args: [{ url, lane: { name: 'gray', share: 0, url: `${jobs.service.url}/gray` } }],
        job: { lane, loadTest: true },
      });
    for (const lane of ['gray', 'blue']) await start(lane);
    deepEqual(
      jobs.service.requests
        .slice(-2)
        .map(({ path, headers }) => [path, headers['x-traffic-lane'], headers['x-traffic-loadtest']]),
      [
        ['/gray', 'gray', 'true'],
        ['/stable', 'blue', 'true'],
      ],
    );
  });

  it('is marked as sent by the scheduler on a worker without the plugin too', async () => {
    jobs.respond = () => [200];
    const taskQueue = await jobs.runs.startWorker({
      plugin: null,
      options: {
        workflowsPath: require.resolve('./support/workflows/http'),
        activities: createHttpActivities(),
      },
    });
    await jobs.runs.harness.client.workflow.execute('httpJob', {
      taskQueue,
      workflowId: id('without-plugin'),
      args: [{ url: jobs.service.url, lane: { name: 'gray', share: 1 } }],
    });
    const { headers } = jobs.service.requests.at(-1) ?? {};
    deepEqual([headers?.['x-traffic-origin'], headers?.['x-traffic-lane']], ['scheduler', 'gray']);
    equal(headers?.baggage, 'traffic.origin=scheduler,traffic.lane=gray');
  });
});
