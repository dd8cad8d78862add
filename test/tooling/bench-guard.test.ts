/**
 * A guard against a plugin that costs twice as much: the quick part of the benchmark with generous bounds, since the
 * machine may be busy with other tests.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Figure } from '../../bench/core/figure';
import { OURS } from '../../bench/core/variants';
import { benchSandbox } from '../../bench/sandbox/part';

/**
 * Limits in percent of the cost of the official plugin: twice the targets of `npm run bench`, and a margin for noise.
 */
const CPU = 30;
const HEAP = 10;
/** The budget: clarity before bytes. The official plugin adds 1,645. */
const BUNDLE_KB = 40;

describe('what the plugin costs in the sandbox', () => {
  let figures: readonly Figure[];
  before(async () => {
    ({ figures } = await benchSandbox({ quick: true, full: false }));
  });

  const found = (name: string) => figures.find((figure) => figure.name === name)?.value ?? Number.NaN;

  for (const variant of OURS) {
    it(`${variant}: less than ${CPU} % of the CPU and ${HEAP} % of the heap that the official plugin adds`, () => {
      const [cpu, heap] = [found(`CPU added, ${variant}`), found(`heap added, ${variant}`)];
      ok(cpu < CPU, `CPU: ${cpu} %`);
      ok(heap < HEAP, `heap: ${heap} %`);
    });
  }

  it(`less than ${BUNDLE_KB} KB of bundle`, () => {
    const growth = found('bundle growth, ours');
    ok(growth < BUNDLE_KB, `${growth} KB`);
  });

  it('is measured with every target reported', () => {
    deepEqual(
      figures.filter(({ target }) => target).map(({ name }) => name),
      [
        'CPU added, ours, ratio 1',
        'CPU added, ours, ratio 0',
        "CPU added, ours, ratio 0, bind: 'sampled'",
        'heap added, ours, ratio 1',
        'heap added, ours, ratio 0',
        "heap added, ours, ratio 0, bind: 'sampled'",
        'bundle growth, ours',
      ],
    );
  });
});
