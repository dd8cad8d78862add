/**
 * The client explains why a run is sampled or not, from visibility, in place of a dead link.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { JobClient, type JobClientOptions } from 'temporal-job-tracing/client';
import { startRedis, WITHOUT_REDIS } from '../testing/redis-server';
import { until } from '../testing/until';
import { Harness } from './support/harness';
import { connectionTo } from './support/redis-store';
import { traceIdOf } from './support/runs';

const SAMPLING = { default: 1, jobs: { 'one*': 0, takes: { ratio: 0, keepFailed: false } } } as const;

/** The part of a client's explanation if it does not have the policy. */
const WITHOUT_POLICY =
  "which is not known here (it is in the workers' option sampling or in Redis: set the option sampling or redis of JobClient)";

describe('traces.find and traces.of explain the decision:', { concurrency: 4 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness.stop());

  const clientWith = (options: Partial<JobClientOptions> = {}) =>
    new JobClient({
      client: harness.client,
      indexLagMs: 10_000,
      traceUrl: 'http://traces.test/{traceId}',
      ...options,
    });

  /** Runs the workflow on a worker of its own; returns its ids. */
  async function run(
    type: string,
    plugin: JobTracingOptions | null,
    { args = [] as unknown[], signal = '' } = {},
  ): Promise<{ traceId: string; workflowId: string }> {
    return harness.whileWorking({ plugin }, async (taskQueue) => {
      const workflowId = randomUUID();
      const start = { taskQueue, workflowId, args };
      if (signal) await harness.client.workflow.signalWithStart(type, { ...start, signal });
      else await harness.client.workflow.start(type, start);
      const handle = harness.client.workflow.getHandle(workflowId);
      await handle.result().catch(() => {});
      const { runId } = await handle.describe();
      return { traceId: traceIdOf(runId), workflowId };
    });
  }

  /** Waits until the run is listed as closed; returns reason, text and whether there is a link. */
  async function explanation(traceId: string, client: JobClient) {
    const closed = async () => {
      const { root } = (await client.traces.find(traceId)) ?? {};
      ok(root);
      return root.closeTime && root;
    };
    const { sampling, sampled, url } = await until(closed, { says: 'the run is not listed as closed' });
    equal(sampling?.sampled, sampled);
    return [sampling?.reason, sampling?.text, url !== undefined];
  }

  it('"not sampled: rule one*, 0 %" instead of a link', async () => {
    const { traceId, workflowId } = await run('oneActivity', { sampling: SAMPLING });
    const withPolicy = clientWith({ sampling: SAMPLING });
    deepEqual(await explanation(traceId, withPolicy), ['rule', 'not sampled: rule one*, 0 %', false]);
    const { sampling, url } = await withPolicy.traces.of({ workflowId });
    deepEqual(
      [sampling, url],
      [
        {
          sampled: false,
          reason: 'rule',
          rule: { pattern: 'one*', ratio: 0, isChanged: false },
          text: 'not sampled: rule one*, 0 %',
        },
        undefined,
      ],
    );
    deepEqual(await explanation(traceId, clientWith()), [
      undefined,
      `not sampled: the ratio of its rule, ${WITHOUT_POLICY}`,
      false,
    ]);
  });

  it('each run has its own reason: default, manual, tail-sampled, rule', async () => {
    const client = clientWith({ sampling: SAMPLING });
    const byDefault = await run('randoms', { sampling: SAMPLING });
    deepEqual(await explanation(byDefault.traceId, client), ['default', 'sampled: default, 100 %', true]);
    const manual = await run('oneActivity', { sampling: SAMPLING }, { signal: 'runNow' });
    deepEqual(await explanation(manual.traceId, client), ['manual', 'sampled: manual', true]);
    const tailSampled = await run('activityFails', { sampling: { default: 0 } });
    deepEqual(await explanation(tailSampled.traceId, clientWith({ sampling: { default: 0 } })), [
      'kept-failed',
      'kept-failed, only the root span; not sampled: default, 0 %',
      true,
    ]);
    const failed = await run('takes', { sampling: SAMPLING }, { args: [1, 'fail'] });
    deepEqual(await explanation(failed.traceId, client), ['rule', 'not sampled: rule takes, 0 %', false]);
  });

  it('a continuation inherits the decision', async () => {
    const first = await run('continues', { sampling: { default: 0 } }, { args: [1] });
    const client = clientWith({ sampling: { default: 0 } });
    const { traceId } = await client.traces.of({ workflowId: first.workflowId });
    deepEqual(await explanation(traceId, client), ['inherited', 'not sampled: inherited', false]);
  });

  it('an ordinary child has the decision, its root has the reason', async () => {
    const { traceId } = await run('parent', { sampling: { default: 0 } });
    const client = clientWith({ sampling: { default: 0 } });
    const withChild = async () => {
      const found = await client.traces.find(traceId);
      return found?.others.length && found;
    };
    const { root, others } = await until(withChild, { says: 'the child is not listed' });
    deepEqual([others[0]?.sampled, others[0]?.sampling, others[0]?.url], [false, undefined, undefined]);
    equal(root.sampling?.text, 'not sampled: default, 0 %');
  });

  it('a run that ended without a decision has no link', async () => {
    const none = /^not sampled: no decision in its history \(started without the plugin, or not bound under/;
    for (const plugin of [null, { sampling: { default: 0 }, bind: 'sampled' } as const]) {
      const { traceId } = await run('oneActivity', plugin);
      const [reason, text, hasUrl] = await explanation(traceId, clientWith());
      deepEqual([reason, none.test(String(text)), hasUrl], [undefined, true, false], String(text));
    }
  });

  it('the rule is the one in Redis, marked if it has changed; without Redis there is only the decision', {
    skip: WITHOUT_REDIS,
  }, async (t) => {
    const server = await startRedis();
    const redis = connectionTo(server.port);
    redis.on('error', () => {});
    t.after(async () => {
      redis.disconnect();
      await server.stop();
    });
    const client = clientWith({ redis, sampling: { default: 1 } });
    await client.sampling.set('one*', 0);
    const { traceId } = await run('oneActivity', { sampling: { jobs: { 'one*': 0 } } });
    deepEqual(await explanation(traceId, client), ['rule', 'not sampled: rule one*, 0 %', false]);
    await client.sampling.set('one*', 0.5);
    deepEqual(await explanation(traceId, client), [
      'rule',
      'not sampled: a ratio (since changed, now rule one*, 50 %)',
      false,
    ]);
    await server.stop();
    deepEqual(await explanation(traceId, client), [
      undefined,
      `not sampled: the ratio of its rule, ${WITHOUT_POLICY}`,
      false,
    ]);
  });
});
