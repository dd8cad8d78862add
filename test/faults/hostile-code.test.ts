/**
 * User code that nobody should write: nothing of ours throws into it, and each run ends as it does without the plugin.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { summarizeError } from '../../core/item-failure';
import { until } from '../../testing/until';
import * as testActivities from '../support/activities';
import { Harness } from '../support/harness';
import { historiesBundle } from '../support/histories';
import { hostileValues } from '../support/hostile';
import * as hostileActivities from '../support/hostile-activities';
import { id } from '../support/runs';

/** Built-ins that the SDK does not need, in groups that are replaced together. */
const BUILT_INS: readonly (readonly string[])[] = [
  ['Map.prototype.has', 'Set.prototype.add', 'Set.prototype.delete', 'Set.prototype.has'],
  ['find', 'some', 'every', 'flatMap', 'slice', 'includes', 'entries'].map(
    (name) => `Array.prototype.${name}`,
  ),
  ['assign', 'entries', 'keys', 'fromEntries', 'freeze', 'getPrototypeOf'].map((name) => `Object.${name}`),
  ['replaceAll', 'padStart', 'trim', 'toWellFormed'].map((name) => `String.prototype.${name}`),
  ['Number.prototype.toString', 'Number.isFinite', 'Number.parseInt', 'Math.imul', 'Math.min', 'Boolean'],
  ['Date.now', 'Date.prototype.getTime', 'Date'],
  ['RegExp.prototype.test', 'RegExp', 'encodeURIComponent', 'decodeURIComponent'],
  ['TextEncoder.prototype.encode', 'TextDecoder.prototype.decode'],
  ['Symbol.for', 'Symbol', 'Map', 'Set', 'WeakMap', 'TypeError'],
];

const TASK_FAILS = 'its task fails';
const GOES_ON = 'it goes on';
const ENDED = 'it has ended';
/** Thrown values, and the result of a run that does not catch them; `undefined`: they end the SDK's thread. */
const THROWN: readonly (readonly [what: string, end: string | undefined])[] = [
  // The SDK does not treat these as errors.
  ['undefined', GOES_ON],
  ['null', GOES_ON],
  ['a symbol', TASK_FAILS],
  ['a proxy that throws', TASK_FAILS],
  ['an error whose members throw', TASK_FAILS],
  ['an error with 50 causes', 'ApplicationFailure: 49'],
  ['an error that is its own cause', undefined],
  ['an error whose cause throws', undefined],
  ['an error without a prototype', TASK_FAILS],
];

const activities = { ...testActivities, ...hostileActivities };

/** Values thrown in an activity, and the message of its failure; the SDK cannot handle the others. */
const OF_ACTIVITIES: readonly (readonly [what: string, says: string])[] = [
  ['undefined', 'ApplicationFailure: undefined'],
  ['null', 'ApplicationFailure: null'],
  ['a symbol', 'ApplicationFailure: Cannot convert a Symbol value to a string'],
  ['a proxy that throws', 'ApplicationFailure: trap'],
  ['an error whose members throw', 'ApplicationFailure: replaced'],
  ['an error with 50 causes', 'ApplicationFailure: 49'],
];

/**
 * Returns whether a run has closed, its task fails, or it waits for nothing after its second task; `undefined`: none so
 * far.
 */
async function howItGoesOn(handle: WorkflowHandle): Promise<string | undefined> {
  const { raw, status } = await handle.describe();
  if (status.name !== 'RUNNING') return ENDED;
  if (Number(raw.pendingWorkflowTask?.attempt ?? 0) > 1) return TASK_FAILS;
  if (raw.pendingWorkflowTask || raw.workflowExecutionInfo?.type?.name !== 'throwsAnything') return undefined;
  const { events = [] } = await handle.fetchHistory();
  const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes) ?? [];
  return tasks.length > 1 && events?.at(-1) === tasks.at(-1) ? GOES_ON : undefined;
}

describe('hostile user code', () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  for (const plugin of [null, {}] as const) {
    const where = plugin ? 'with the plugin' : 'without the plugin';
    const idOf = (name: string) => id(`${name}-${plugin ? 'with' : 'without'}`);

    const inWorker = async (fn: (taskQueue: string) => Promise<void>) => {
      const workflowBundle = await historiesBundle(
        plugin,
        require.resolve('../support/workflows/hostile-code'),
      );
      // Built-ins are shared by all workflows of a V8 context.
      await harness.whileWorking(
        { plugin, options: { workflowBundle, activities, reuseV8Context: false } },
        fn,
      );
    };

    /** Returns the result of a run, or its other outcome. */
    async function endOf(taskQueue: string, type: string, workflowId: string, ...args: unknown[]) {
      const handle = await harness.client.workflow.start(type, { taskQueue, workflowId, args });
      const end = handle.result().catch(({ cause }: WorkflowFailedError) => String(cause));
      const first = await Promise.race([
        end,
        until(() => howItGoesOn(handle), { says: `${workflowId} is stuck` }),
      ]);
      if (first === TASK_FAILS || first === GOES_ON) await handle.terminate();
      return first === ENDED ? end : first;
    }

    it(`replaces built-ins after its start, and makes calls, ${where}`, async () => {
      await inWorker(async (taskQueue) => {
        const ends = BUILT_INS.map((paths, index) => {
          const workflowId = idOf(`replaces-${index}`);
          return endOf(taskQueue, 'replacesBuiltIns', workflowId, workflowId, paths);
        });
        const found = await Promise.all(ends);
        deepEqual(
          found.map((end, index) => [BUILT_INS[index], end]),
          BUILT_INS.map((paths) => [paths, '1 1']),
        );
      });
    });

    it(`makes anything the active context, ${where}`, async () => {
      await inWorker(async (taskQueue) => {
        const workflowId = idOf('contexts');
        const thrown = await endOf(taskQueue, 'misusesContexts', workflowId, workflowId);
        // Without a tracer provider, the API's own tracer calls the methods of each.
        equal(plugin ? thrown : typeof thrown, plugin ? 0 : 'number');
      });
    });

    it(`throws anything in activities, ${where}`, async () => {
      await inWorker(async (taskQueue) => {
        const found = OF_ACTIVITIES.map(async ([what]) => [
          what,
          await endOf(taskQueue, 'callsThrowing', idOf(`activity-${what}`), what),
        ]);
        deepEqual(await Promise.all(found), OF_ACTIVITIES);
      });
    });

    it(`throws anything, ${where}`, async () => {
      await inWorker(async (taskQueue) => {
        const endsOf = (thrown: typeof THROWN, again: boolean) =>
          Promise.all(
            thrown.map(async ([what]) => {
              const workflowId = idOf(`throws-${what}-${again}`);
              return [what, await endOf(taskQueue, 'throwsAnything', workflowId, what, again)];
            }),
          );
        deepEqual(
          await endsOf(THROWN, false),
          THROWN.map(([what]) => [what, 'caught']),
        );
        const uncaught = THROWN.filter(([, end]) => end !== undefined);
        deepEqual(await endsOf(uncaught, true), uncaught);
      });
    });
  }

  it('throws an error that is its own cause, or whose cause throws: it can be named all the same', () => {
    const own = new Error('own');
    deepEqual(summarizeError(Object.assign(own, { cause: own })), { type: 'Error', message: 'own' });
    for (const [, value] of hostileValues()) summarizeError(value);
    for (const [, cause] of hostileValues())
      equal(summarizeError(new Error('outer', { cause })).message, 'outer');
  });
});
