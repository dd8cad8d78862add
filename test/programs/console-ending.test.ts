/** Pages that are read while a run closes. */
import { equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobList, RunPage } from '../../console/types';
import { until } from '../../testing/until';
import { ConsoleHarness } from '../support/console';
import { id } from '../support/runs';
import { proceed } from '../support/workflows/console';

/**
 * Reads without a pause, in which a gap of a moment would go unnoticed, until the run has ended, and checks all that
 * was read before.
 */
async function readAll<T>(
  read: () => Promise<T>,
  hasEnded: (value: T) => boolean,
  check: (value: T) => void,
): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  for (let value = await read(); !hasEnded(value); value = await read()) {
    check(value);
    ok(performance.now() < giveUpAt, 'the run does not end');
  }
}

describe('a run that ends', () => {
  let harness: ConsoleHarness;

  before(async () => {
    harness = await ConsoleHarness.start();
  });
  after(() => harness.stop());

  it('is always in the list, as running or as ended', async () => {
    const job = id('ends');
    const state = async (runId: string) => {
      const { jobs } = await harness.get<JobList>('/api/jobs');
      const bars = jobs.find((each) => each.job === job)?.bars ?? [];
      return bars.find((bar) => bar.runId === runId)?.state;
    };
    const handles = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        harness.start('waitsForSignal', id(`ends-${n}`), [], { memo: { jobName: job } }),
      ),
    );
    for (const handle of handles) {
      const runId = handle.firstExecutionRunId;
      await until(() => state(runId), { says: 'the run is not listed' });
      await handle.signal(proceed);
      await readAll(
        () => state(runId),
        (now) => now === 'success',
        (now) => equal(now, 'running'),
      );
    }
  });

  it('has a page that shows one consistent state', async () => {
    const handles = await Promise.all(
      Array.from({ length: 10 }, (_, n) => harness.start('waitsForSignal', id(`one-moment-${n}`))),
    );
    for (const handle of handles) {
      const runId = handle.firstExecutionRunId;
      const read = () => harness.get<RunPage>(`/api/runs/${runId}`);
      await harness.page(runId, ({ waiting }) => waiting[0]?.kind === 'signal', 'it awaits a signal');
      await handle.signal(proceed);
      await readAll(
        read,
        ({ run }) => run.state === 'success',
        ({ timeline }) => equal(timeline.rows[0]?.isOpen, true, 'its timeline has ended, and it has not'),
      );
    }
  });
});
