/**
 * Statistics of the MapReduce benchmark, and its measurement of the heaps of all threads. Without a server.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { MemoryWatch } from '../../bench/core/memory-peak';
import { FAN_OUTS } from '../../bench/map-reduce/fan-outs';
import { growthFigures, type Measured, type Rounds, sizeFigures } from '../../bench/map-reduce/figures';
import { until } from '../../testing/until';

const MB = 2 ** 20;
const [PLAIN, SOME, EVERY] = FAN_OUTS;

function measured(wallMs: number, workerMs: number, heapMb: number): Measured {
  return {
    wallMs,
    workerMs,
    memory: { heapBytes: 200 * MB, liveBytes: heapMb * MB, residentBytes: 3 * heapMb * MB },
  };
}

/** Rounds that become slower for all variants alike. */
const rounds = (heapMb: number): Rounds =>
  [1, 2, 3].map((slow) => ({
    [PLAIN]: measured(10_000 * slow, 2_000 * slow, 50),
    [SOME]: measured(10_500 * slow, 2_100 * slow, heapMb),
    [EVERY]: measured(12_000 * slow, 2_400 * slow, 60),
  }));

describe('the figures of MapReduce', () => {
  const figures = [
    ...sizeFigures(1_000, rounds(60), [4, 4, 11, 4]),
    ...growthFigures({ shards: 1_000, rounds: rounds(60) }, { shards: 10_000, rounds: rounds(63) }),
  ];
  const found = (name: string) => figures.find((figure) => figure.name === name);

  it('are ratios of what was measured in the same round, with their targets', () => {
    const facts = figures
      .filter(({ target }) => target)
      .map(({ name, value, met }) => [name, value.toFixed(2), met]);
    deepEqual(facts, [
      [`1,000 shards: wall time over plain, ${SOME}`, '1.05', true],
      [`1,000 shards: wall time over plain, ${EVERY}`, '1.20', false],
      [`1,000 shards: worker CPU over plain, ${SOME}`, '1.05', true],
      [`1,000 shards: worker CPU over plain, ${EVERY}`, '1.20', false],
      [`10,000 shards over 1,000: peak heap, ${SOME}`, '1.05', true],
      [`10,000 shards over 1,000: peak heap, ${EVERY}`, '1.00', true],
    ]);
  });

  it('include the CPU of one shard and the size of the traces', () => {
    equal(found(`1,000 shards: worker CPU of a shard, ${PLAIN}`)?.value, 4);
    equal(found('1,000 shards: spans in the largest trace')?.value, 11);
    equal(found("1,000 shards: spans in a shard's trace")?.value, 4);
  });
});

describe('the peak of memory', () => {
  const preload = require.resolve('../../bench/core/heap-sampler');
  const watch = new MemoryWatch();

  it('includes the heaps of other threads, until it is reset', { timeout: 20_000 }, async () => {
    const code = `
      const held = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
      require('node:worker_threads').parentPort.on('message', () => process.exit(held.length > 0 ? 0 : 1));
    `;
    const thread = new Worker(code, { eval: true, execArgv: ['--require', preload] });
    const isSeen = () => watch.peak.heapBytes >= 20 * MB;
    await until(isSeen, { within: 15_000, says: 'the heap of the thread is not seen' });
    ok(watch.peak.residentBytes > watch.peak.heapBytes);
    thread.postMessage('end');
    await once(thread, 'exit');
    watch.reset();
    deepEqual(watch.peak, { heapBytes: 0, liveBytes: 0, residentBytes: 0 });
  });
});
