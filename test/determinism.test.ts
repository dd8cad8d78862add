/**
 * User code behaves the same with the plugin as without it: its random sequence, and the order of its handlers and
 * promises, to the microtask. Each history is recorded with the plugin; then the plugin's events are removed, and the
 * history is replayed without the plugin.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { History } from '@temporalio/common/lib/proto-utils';
import { type InjectedSinks, Worker } from '@temporalio/worker';
import type { JobTracingOptions } from 'temporal-job-tracing';
import { Harness } from './support/harness';
import { firstTaskCompleted, historiesBundle, markersOf, recordedRuns } from './support/histories';
import {
  drawing,
  drawOnce,
  drawTwice,
  first,
  ordered,
  type RecordingSinks,
  second,
  third,
} from './support/workflows/determinism';

const PATH = require.resolve('./support/workflows/determinism');

/** Values that user code recorded, by run id. */
class Recording {
  readonly #values = new Map<string, string[]>();

  get sinks(): InjectedSinks<RecordingSinks> {
    const record = ({ runId }: { runId: string }, value: string) => {
      const values = this.#values.get(runId);
      if (values) values.push(value);
      else this.#values.set(runId, [value]);
    };
    return { recorder: { record: { fn: record, callDuringReplay: true } } };
  }

  of(runId: string): string[] {
    return this.#values.get(runId) ?? [];
  }
}

interface Setup {
  readonly title: string;
  readonly plugin: JobTracingOptions;
  readonly markers: readonly string[];
}

const SETUPS: readonly Setup[] = [
  { title: 'sampled', plugin: {}, markers: ['default'] },
  { title: 'not sampled', plugin: { sampling: { default: 0 } }, markers: ['unsampled'] },
  { title: 'not enabled', plugin: { enabled: false }, markers: [] },
];

describe('user code', { concurrency: 4 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
  });
  after(() => harness?.stop());

  for (const { title, plugin, markers } of SETUPS) {
    it(`draws the random sequence that it draws without the plugin: ${title}`, async () => {
      await expectSame(plugin, markers, async (taskQueue) => {
        const start = { taskQueue, workflowId: `${taskQueue} drawing`, signal: drawOnce };
        const handle = await harness.client.workflow.signalWithStart(drawing, start);
        await firstTaskCompleted(handle);
        await handle.executeUpdate(drawTwice);
        await handle.result();
        return { ...handle, runId: handle.signaledRunId };
      });
    });

    it(`sees handlers and promises in the order without the plugin: ${title}`, async () => {
      await expectSame(plugin, markers, async (taskQueue) => {
        const start = { taskQueue, workflowId: `${taskQueue} ordered`, signal: first };
        const handle = await harness.client.workflow.signalWithStart(ordered, start);
        await Promise.all([handle.signal(second), handle.executeUpdate(third)]);
        await handle.signal(first);
        await handle.result();
        return { ...handle, runId: handle.signaledRunId };
      });
    });
  }

  /** Runs the workflow of `drive` with the plugin, and replays it and its children without the plugin. */
  async function expectSame(
    plugin: JobTracingOptions,
    markers: readonly string[],
    drive: (taskQueue: string) => Promise<{ workflowId: string; runId: string }>,
  ): Promise<void> {
    const live = new Recording();
    const workflowBundle = await historiesBundle(plugin, PATH);
    const options = { workflowBundle, sinks: live.sinks };
    const { workflowId, runId } = await harness.whileWorking({ plugin, options }, drive);
    const runs = await recordedRuns(harness.client, workflowId, runId);
    ok(runs.length > 1, 'there are children');
    deepEqual(
      runs.flatMap(({ history }) => markersOf(history)),
      markers,
    );

    const plain = new Recording();
    const replayer = { workflowBundle: await historiesBundle(null, PATH), sinks: plain.sinks };
    const histories = runs.map((run) => ({ ...run, history: withoutPluginEvents(run.history) }));
    for await (const { error } of Worker.runReplayHistories(replayer, histories)) equal(error, undefined);
    for (const run of runs) {
      ok(live.of(run.runId).length > 3);
      deepEqual(live.of(run.runId), plain.of(run.runId));
    }
  }
});

/** Returns the history without the plugin's markers and upserts, with new event ids. */
function withoutPluginEvents({ events }: History): History {
  const all = events ?? [];
  const remaining = all.filter(
    (event) => !event.markerRecordedEventAttributes && !event.upsertWorkflowSearchAttributesEventAttributes,
  );
  // Event ids count from 1, so the new ids are those of the first events.
  const ids = new Map(remaining.map(({ eventId }, index) => [String(eventId), all[index]?.eventId]));
  const renumbered = (fields: object): object =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        if (/eventId$/i.test(name)) return [name, ids.get(String(value)) ?? value];
        return [name, name.endsWith('EventAttributes') && value ? renumbered(value) : value];
      }),
    );
  return { events: remaining.map(renumbered) };
}
