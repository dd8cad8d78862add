/** The file with the benchmarks' figures: a new table replaces the old one of its part, and the prose is unchanged. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, figure } from '../../bench/core/figure';
import { withResults } from '../../bench/core/results-file';

const CPU = figure(
  'CPU',
  'ms',
  { value: 2.567, low: 2.4, high: 2.71, min: 2, max: 3, rounds: 9 },
  { atMost: 3 },
);
const LOST = counted('lost | refused', 'spans', 1, { atMost: 0 });

describe("the benchmark's results", () => {
  const first = withResults('# Results\n\nProse.\n', [{ part: 'host', figures: [CPU, LOST] }], 'Monday:');

  it('have a table for each part, with intervals and targets', () => {
    deepEqual(first.split('\n'), [
      '# Results',
      '',
      'Prose.',
      '',
      '## host',
      '',
      '<!-- figures of host -->',
      'Monday:',
      '',
      '|  | value | 95 % interval | rounds | target |',
      '| --- | --- | --- | --- | --- |',
      '| CPU | 2.57 ms | 2.4 – 2.71 | 9 | ≤ 3 ms: met |',
      '| lost \\| refused | 1 spans |  |  | ≤ 0 spans: missed |',
      '<!-- end of host -->',
      '',
    ]);
  });

  it('keep the prose and the other parts when a part is measured again', () => {
    const both = withResults(`${first}\nA remark.\n`, [{ part: 'policy', figures: [LOST] }], 'Monday:');
    const again = withResults(both, [{ part: 'host', figures: [CPU] }], 'Tuesday:');
    match(
      again,
      /Prose\.[\s\S]*Tuesday:[\s\S]*end of host[\s\S]*A remark\.[\s\S]*Monday:[\s\S]*end of policy/,
    );
    equal(again.match(/figures of host/g)?.length, 1);
    equal(again.includes('lost \\| refused | 1 spans |  |  | ≤ 0 spans: missed |\n<!-- end of host'), false);
  });
});
