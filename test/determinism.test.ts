/**
 * User code sees the same with the plugin as without it: its random sequence, and the order of its handlers and
 * of all that it awaits, to the microtask. Judged by one and the same history: recorded with the plugin, then
 * rid of the plugin's events and replayed without it.
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

/** What user code saw, by run id. */
class Seen {
  readonly #seen = new Map<string, string[]>();

  get sinks(): InjectedSinks<RecordingSinks> {
    const saw = ({ runId }: { runId: string }, what: string) => {
      const seen = this.#seen.get(runId);
      if (seen) seen.push(what);
      else this.#seen.set(runId, [what]);
    };
    return { recorder: { record: { fn: saw, callDuringReplay: true } } };
  }

  of(runId: string): string[] {
    return this.#seen.get(runId) ?? [];
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

  /** Runs with the plugin what `drive` starts, and replays it and its children without. */
  async function expectSame(
    plugin: JobTracingOptions,
    markers: readonly string[],
    drive: (taskQueue: string) => Promise<{ workflowId: string; runId: string }>,
  ): Promise<void> {
    const live = new Seen();
    const workflowBundle = await historiesBundle(plugin, PATH);
    const options = { workflowBundle, sinks: live.sinks };
    const { workflowId, runId } = await harness.whileWorking({ plugin, options }, drive);
    const runs = await recordedRuns(harness.client, workflowId, runId);
    ok(runs.length > 1, 'there are children');
    deepEqual(
      runs.flatMap(({ history }) => markersOf(history)),
      markers,
    );

    const plain = new Seen();
    const replayer = { workflowBundle: await historiesBundle(null, PATH), sinks: plain.sinks };
    const histories = runs.map((run) => ({ ...run, history: withoutOurs(run.history) }));
    for await (const { error } of Worker.runReplayHistories(replayer, histories)) equal(error, undefined);
    for (const run of runs) {
      ok(live.of(run.runId).length > 3);
      deepEqual(live.of(run.runId), plain.of(run.runId));
    }
  }
});

/** The history as it would be without the plugin: without markers and upserts, numbered anew. */
function withoutOurs({ events }: History): History {
  const all = events ?? [];
  const kept = all.filter(
    (event) => !event.markerRecordedEventAttributes && !event.upsertWorkflowSearchAttributesEventAttributes,
  );
  // The first event has the first id, and so on: the new ids are among the old ones.
  const ids = new Map(kept.map(({ eventId }, index) => [String(eventId), all[index]?.eventId]));
  const renumbered = (fields: object): object =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        if (/eventId$/i.test(name)) return [name, ids.get(String(value)) ?? value];
        return [name, name.endsWith('EventAttributes') && value ? renumbered(value) : value];
      }),
    );
  return { events: kept.map(renumbered) };
}
