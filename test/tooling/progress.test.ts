/** The progress of the set-up is one line on a terminal, and a few lines elsewhere. */
import { deepEqual, equal } from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';

interface Progress {
  line(text: string): void;
  update(text: string): void;
}

const { createProgress } = require(path.join(__dirname, '../../../scripts/progress.cjs')) as {
  createProgress(options: { out: object; now: () => number }): Progress;
};

/** Returns the output of a step of so many seconds, which reports its progress once a second. */
function written(seconds: number, terminal: { isTTY?: boolean; columns?: number }): string {
  let text = '';
  let nowMs = 0;
  const out = { ...terminal, write: (part: string) => (text += part) };
  const progress = createProgress({ out, now: () => nowMs });
  progress.line('Building …');
  for (let second = 1; second <= seconds; second++) {
    nowMs = second * 1_000;
    progress.update(`Building … ${second} s`);
  }
  progress.line('Built');
  return text;
}

it('on a terminal each update replaces the previous one, and the next line removes the last one', () => {
  const text = written(240, { isTTY: true, columns: 40 });
  equal(text.split('\n').length - 1, 2);
  equal(text.endsWith('\r\x1b[2KBuilding … 240 s\r\x1b[2KBuilt\n'), true);
});

it('on a terminal no update is longer than a line', () => {
  equal(written(1, { isTTY: true, columns: 10 }), 'Building …\n\r\x1b[2KBuilding \r\x1b[2KBuilt\n');
});

it('elsewhere four minutes produce a few lines', () => {
  deepEqual(written(240, {}).split('\n'), [
    'Building …',
    ...[10, 20, 40, 80, 160].map((second) => `Building … ${second} s`),
    'Built',
    '',
  ]);
});
