/** `until` returns the result of the probe, and always ends. */
import { equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../testing/until';

describe('until', () => {
  it('returns what the probe finds, as soon as it does', async () => {
    let looks = 0;
    const found = await until(async () => (++looks === 3 ? 'found' : undefined), { says: 'never' });
    equal(found, 'found');
    equal(looks, 3);
  });

  it('fails after its time with a description of the problem', async () => {
    let looks = 0;
    const waiting = until(() => ++looks < 0, { within: 30, says: () => `${looks > 1} after many looks` });
    await rejects(waiting, /^Error: true after many looks, after 30 ms$/);
  });

  it('probes once more when the time has passed', async () => {
    const start = performance.now();
    const isTime = () => performance.now() - start >= 60 && 'found';
    equal(await until(isTime, { within: 60, says: 'never' }), 'found');
  });

  it('fails after its time when the probe hangs', async () => {
    await rejects(
      until(() => new Promise<string>(() => {}), { within: 20, says: 'it hangs' }),
      /it hangs/,
    );
  });

  it('ends with what the probe throws', async () => {
    const probe = () => {
      throw new Error('the probe is broken');
    };
    await rejects(until(probe, { says: 'never' }), /the probe is broken/);
  });

  it('does not probe after it has ended', async () => {
    let looks = 0;
    await rejects(until(() => ++looks < 0, { within: 20, says: 'never' }));
    const before = looks;
    // Longer than the longest pause between two probes.
    await sleep(150);
    equal(looks, before);
  });
});
