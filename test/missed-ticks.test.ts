/**
 * Missed ticks: each tick that was due is run or counted, also when the server takes the end of a tick's workflow much
 * later than its worker gave it, as it does when it is killed between the two.
 */
import { equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { Runs } from './support/runs';
import { countTicks, isTickResult, Job, SCHEDULED_PATH } from './support/scheduled-jobs';

/** Several ticks. */
const LATE_MS = 3_500;

/**
 * Holds back the first result of a tick, a time in milliseconds: its worker has given it, and the server waits for it.
 */
class LateResult implements PayloadCodec {
  isLate = false;

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (!this.isLate && payloads.some(isTickResult)) {
      this.isLate = true;
      await sleep(LATE_MS);
    }
    return payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads;
  }
}

it('missed ticks are counted if the server skips them between a tick’s end and its processing', async () => {
  const codec = new LateResult();
  const dataConverter = { payloadCodecs: [codec] };
  const runs = await Runs.start({ options: { workflowsPath: SCHEDULED_PATH, dataConverter } });
  try {
    const job = await new Job(runs, 'missed').start({ workflow: 'due', cron: '@every 1s' });
    await runs.closedRunIds(job.tickId, 4);
    ok(codec.isLate);
    await job.statusWhen(({ missedTicks }) => missedTicks.total >= 2);
    await job.signal('pause');
    await job.waitUntilClosed([job.id]);
    const { run, missed, due } = await countTicks(runs.harness.client, job.id);
    equal(run + missed, due, `${run} run, ${missed} missed`);
    await job.signal('stop');
    await job.waitUntilClosed();
  } finally {
    await runs.stop();
  }
});
