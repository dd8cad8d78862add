/** The console names the rule behind a decision, where it knows the policy: from a file, from Redis. */
import { equal, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SamplingClient } from 'temporal-job-tracing/client';
import type { RunningConsole } from '../../console/start';
import type { RunPage, TracePage } from '../../console/types';
import { startRedis, WITHOUT_REDIS } from '../../testing/redis-server';
import { until } from '../../testing/until';
import { ConsoleHarness, getJson, startConsoleFor, temporaryDirectory } from '../support/console';
import { connectionTo } from '../support/redis-store';
import { id } from '../support/runs';

const SAMPLING = { default: 1, jobs: { 'night*': 0 } };

describe('the rule of a run that is not sampled', () => {
  const directory = temporaryDirectory();
  let harness: ConsoleHarness;
  let runId: string;

  before(async () => {
    harness = await ConsoleHarness.start({ sampling: SAMPLING });
    runId = await harness.run('nightly', id('unsampled'), [1]);
  });
  after(async () => {
    await harness.stop();
    directory.remove();
  });

  /** What this console says of the run, on its page and on that of its trace. */
  async function told({ url }: Pick<RunningConsole, 'url'>): Promise<string> {
    const { run, spansNote } = await until(
      async () => {
        const page = await getJson<RunPage>(`${url}/api/runs/${runId}`);
        return page.run.state === 'success' && page.run.sampling ? page : undefined;
      },
      { says: 'no decision is told' },
    );
    equal(run.sampling?.sampled, false);
    equal(spansNote, run.sampling?.text);
    const trace = await getJson<TracePage>(`${url}/api/traces/${run.traceId}`);
    equal(trace.spansNote, run.sampling?.text);
    return run.sampling?.text ?? '';
  }

  async function toldBy(options: Parameters<typeof startConsoleFor>[1]): Promise<string> {
    const running = await startConsoleFor({ address: harness.server.address }, options);
    try {
      return await told(running);
    } finally {
      await running.close();
    }
  }

  it('is not shown if the policy is not known', async () => {
    match(await told(harness.console), /^not sampled: the ratio of its rule/);
  });

  it('is shown with its ratio from the file of --sampling', async () => {
    const sampling = join(directory.path, 'sampling.json');
    writeFileSync(sampling, JSON.stringify(SAMPLING));
    equal(await toldBy({ sampling }), 'not sampled: rule night*, 0 %');
  });

  it('is shown from the policy in Redis, with later changes', { skip: WITHOUT_REDIS }, async () => {
    const server = await startRedis();
    const redis = connectionTo(server.port);
    try {
      await new SamplingClient({ redis, identity: 'ada' }).set('nightly', { ratio: 0.5 });
      const text = await toldBy({ redis: `redis://127.0.0.1:${server.port}` });
      match(text, /^not sampled: .*since changed, now rule nightly, 50 %\)$/);
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});
