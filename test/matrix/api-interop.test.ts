/**
 * Workflow code calls the oldest supported version of `@opentelemetry/api`, the newest and the installed one: each adds
 * to the run's trace, and none can break a run.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowStartOptions } from '@temporalio/client';
import { parseBaggage } from '../../core/baggage';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { leaves } from '../../testing/otlp-trace';
import { id, Runs, rootIdOf, traceIdOf } from '../support/runs';
import { type ApiVersion, ask, change, finish, type Tour } from '../support/workflows/api';

const VERSIONS: readonly ApiVersion[] = ['oldest', 'installed', 'newest'];
const CALL = 'StartActivity:callDownstream > RunActivity:callDownstream > GET > GET';
const workflowsPath = require.resolve('../support/workflows/api');

describe('@opentelemetry/api in workflow code', { concurrency: 8 }, () => {
  let runs: Runs;
  let untraced: string;

  before(async () => {
    runs = await Runs.start({ plugin: { sampling: { jobs: { never: 0 } } }, options: { workflowsPath } });
    untraced = await runs.startWorker({ plugin: { enabled: false }, options: { workflowsPath } });
  });
  after(() => runs.stop());

  async function start(type: string, name: string, options: Partial<WorkflowStartOptions> = {}) {
    const start = { taskQueue: runs.taskQueue, workflowId: id(name), ...options } as WorkflowStartOptions;
    return runs.harness.client.workflow.start(type, start);
  }

  /** Waits for the complete trace of the run; returns it with its root. */
  async function traceOf(runId: string): Promise<{ trace: ReceivedSpan[]; root: ReceivedSpan }> {
    const trace = await runs.harness.completeTrace(traceIdOf(runId));
    const root = trace.find(({ spanId }) => spanId === rootIdOf(runId));
    ok(root);
    return { trace, root };
  }

  for (const version of VERSIONS) {
    it(`${version}: spans, attributes, events, contexts and baggage of user code are the run's`, async () => {
      const handle = await start('tour', version, { args: [version] });
      const runId = handle.firstExecutionRunId;
      const result: Tour = await handle.result();
      const { trace, root } = await traceOf(runId);
      const named = (name: string) => trace.find((span) => span.name === name);

      deepEqual(
        leaves(trace),
        [
          'RunStarted:tour',
          CALL,
          'bound',
          `detached > ${CALL}`,
          'injecting',
          `left > ${CALL}`,
          `outer > ${CALL}`,
          `outer > inner > ${CALL}`,
          `right > ${CALL}`,
          'top',
        ].sort(),
      );
      deepEqual(result.active, { traceId: traceIdOf(runId), spanId: rootIdOf(runId), traceFlags: 1 });
      deepEqual([result.unchanged, result.boundIsActive], [true, true]);
      deepEqual([root.attributes['user.attribute'], root.attributes['user.list']], ['set', [1, 2]]);
      deepEqual(
        root.events.map(({ name, attributes }) => ({ name, ...attributes })),
        [{ name: 'user event', n: 1 }],
      );
      deepEqual([named('outer')?.attributes.a, named('outer')?.scope], [1, 'user']);
      const detached = named('detached');
      deepEqual([detached?.kind, detached?.status], ['producer', { code: 'error', message: 'by hand' }]);
      equal(detached?.events[0]?.attributes['exception.type'], 'TypeError');
      equal(result.injected.traceparent, `00-${traceIdOf(runId)}-${named('injecting')?.spanId}-01`);

      const ours = {
        'job.name': 'tour',
        'job.run.id': runId,
        'job.trigger': 'api',
        'traffic.origin': 'scheduler',
      };
      const values = (header: string | undefined) =>
        Object.fromEntries([...parseBaggage(header)].map(([name, { value }]) => [name, value]));
      deepEqual(values(result.baggage), { ...ours, user: 'ü' });
      deepEqual(values(result.injected.baggage), ours);
      deepEqual(result.seen, ours);
    });

    for (const disable of [false, true]) {
      const what = disable ? 'that takes the API away' : 'that registers providers of its own is refused and';
      it(`${version}: user code ${what} leaves the trace complete`, async () => {
        const handle = await start('registers', `${version}-registers-${disable}`, {
          args: [version, disable],
        });
        deepEqual(await handle.result(), [false, false, false]);
        const { trace } = await traceOf(handle.firstExecutionRunId);
        deepEqual(leaves(trace), ['RunStarted:registers', CALL, ...(disable ? [] : ['after'])].sort());
      });
    }

    it(`${version}: in a run that is not sampled the API gives its identity and records nothing`, async () => {
      const handle = await start('tour', `${version}-unsampled`, {
        args: [version],
        memo: { jobName: 'never' },
      });
      const runId = handle.firstExecutionRunId;
      const result: Tour = await handle.result();
      deepEqual(result.active, { traceId: traceIdOf(runId), spanId: rootIdOf(runId), traceFlags: 0 });
      equal(result.injected.traceparent, `00-${traceIdOf(runId)}-${rootIdOf(runId)}-00`);
      match(result.baggage ?? '', /^job.name=never,.*,user=%C3%BC$/);
      deepEqual([result.unchanged, result.seen['job.name']], [true, 'never']);
      await runs.expectUnsampled(id(`${version}-unsampled`), runId, 'api', 'never');
    });

    it(`${version}: in an untraced run the API does nothing`, async () => {
      const options = { args: [version], taskQueue: untraced };
      const result: Tour = await (await start('tour', `${version}-untraced`, options)).result();
      deepEqual(
        { ...result, boundIsActive: undefined },
        { unchanged: true, injected: {}, seen: {}, boundIsActive: undefined },
      );
    });
  }

  it('handlers: spans in signals and updates, none in queries and update validators', async () => {
    const handle = await start('handlers', 'handlers');
    const runId = handle.firstExecutionRunId;
    equal(await handle.executeUpdate(change, { args: ['one'] }), traceIdOf(runId));
    await rejects(handle.executeUpdate(change, { args: [''] }));
    equal(await handle.query(ask), false);
    await handle.signal(finish);
    await handle.result();
    equal(await handle.query(ask), false, 'of a closed run');
    const { trace, root } = await traceOf(runId);
    deepEqual(leaves(trace), [
      'HandleSignal:finish > in a signal',
      `HandleUpdate:change > in the update one > ${CALL}`,
      'RunStarted:handlers',
    ]);
    equal(root.attributes.a, undefined, 'a query changes no span');
  });
});
