/** Which first tasks that are tried again may have been refused for what they bound; on the same worker and on another. */
import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayBeRefused, type RetriedTask } from '../worker/retried-task';

const DUE_MS = 1_000_000;
/** A task that was answered 40 ms after the run was due, and is tried again 10 ms later. */
const HERE: RetriedTask = {
  ...{
    dueMs: DUE_MS,
    nowMs: DUE_MS + 50,
    events: 6,
    isReset: false,
    hasFailed: false,
    checkedAtMs: DUE_MS - 20_000,
  },
  grant: { atMs: DUE_MS + 40, events: 3 },
};
const ELSEWHERE: RetriedTask = { ...HERE, grant: undefined };

const CASES: readonly (readonly [what: string, task: RetriedTask, expected: boolean])[] = [
  ['at once, on the worker that answered it', HERE, true],
  ['at once, of a start with a signal', { ...HERE, events: 7, grant: { atMs: DUE_MS, events: 4 } }, true],
  ['at once, after user code failed it', { ...HERE, hasFailed: true }, false],
  ['at once, since a signal came in between', { ...HERE, events: 7 }, false],
  ['of a reset run, which was not answered before', { ...ELSEWHERE, isReset: true }, false],
  ['of a reset run, at once', { ...HERE, isReset: true }, true],
  ['after a time-out', { ...HERE, nowMs: DUE_MS + 10_100 }, false],
  ['at once, on another worker', ELSEWHERE, true],
  ['at once, on another worker, which has looked since', { ...ELSEWHERE, checkedAtMs: DUE_MS + 45 }, false],
  ['after a time-out, on another worker', { ...ELSEWHERE, nowMs: DUE_MS + 10_100 }, false],
];

describe('a first task that is retried', () => {
  for (const [what, task, expected] of CASES) {
    it(`${what}: ${expected ? 'binds nothing' : 'binds as before'}`, () => {
      equal(mayBeRefused(task), expected);
    });
  }
});
