/** Reservoirs and caps count runs in windows of time, in bounded memory and without timers. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BoundedMap, BoundedSet } from '../core/util/bounded-map';
import { createFollowUps } from '../sampling/follow-ups';
import { createWindowCounter } from '../sampling/windows';

const MINUTE = { runs: 2, perMs: 60_000 };
/** The start of a minute. */
const START_MS = 1_700_000_040_000;

function counterAt(startMs: number) {
  let nowMs = startMs;
  const counter = createWindowCounter(() => nowMs);
  const take = (times: number, key = 'a', limit = MINUTE) =>
    Array.from({ length: times }, () => (counter.take(key, limit) ? 'x' : '.')).join('');
  return { take, set: (ms: number) => (nowMs = ms) };
}

describe('windows', () => {
  it('each allows as many runs as its limit, for each key', () => {
    const { take } = counterAt(START_MS);
    equal(take(4), 'xx..');
    equal(take(4, 'b'), 'xx..');
  });

  it('the next one begins at a whole multiple of its length, not with the first run', () => {
    const { take, set } = counterAt(START_MS + 59_000);
    equal(take(3), 'xx.');
    set(START_MS + 59_999);
    equal(take(1), '.');
    set(START_MS + 60_000);
    equal(take(3), 'xx.');
    set(START_MS + 600_000);
    equal(take(3), 'xx.');
  });

  it('a clock that is set back allows nothing twice', () => {
    const { take, set } = counterAt(START_MS);
    equal(take(3), 'xx.');
    set(START_MS - 3_600_000);
    equal(take(1), '.');
    set(START_MS + 60_000);
    equal(take(3), 'xx.');
  });

  it('a changed number of runs applies at once, a changed length starts a new window', () => {
    const { take } = counterAt(START_MS);
    equal(take(2, 'a', { runs: 1, perMs: 60_000 }), 'x.');
    equal(take(3, 'a', { runs: 3, perMs: 60_000 }), 'xx.');
    equal(take(3, 'a', { runs: 1, perMs: 3_600_000 }), 'x..');
  });

  it('beyond 10,000 keys only the one with the oldest window is forgotten', () => {
    const { take } = counterAt(START_MS);
    const one = { runs: 1, perMs: 60_000 };
    for (let key = 0; key <= 10_000; key++) equal(take(1, `${key}`, one), 'x');
    deepEqual(
      ['1', '9999', '10000', '0'].map((key) => take(1, key, one)),
      ['.', '.', '.', 'x'],
    );
  });
});

describe('follow-ups', () => {
  it('as many as armed, to each job; arming again counts anew, and 0 ends it', () => {
    const followUps = createFollowUps();
    const take = (times: number, job = 'a') =>
      Array.from({ length: times }, () => (followUps.take(job) ? 'x' : '.')).join('');
    equal(take(1), '.');
    followUps.arm('a', 2);
    equal(take(1, 'b'), '.');
    equal(take(3), 'xx.');
    followUps.arm('a', 2);
    followUps.arm('a', 1);
    equal(take(2), 'x.');
    followUps.arm('a', 2);
    followUps.arm('a', 0);
    equal(take(1), '.');
  });

  it('beyond 1,000 jobs the one armed first is forgotten', () => {
    const followUps = createFollowUps();
    for (let job = 0; job <= 1_000; job++) followUps.arm(`${job}`, 1);
    deepEqual(
      ['0', '1', '1000'].map((job) => followUps.take(job)),
      [false, true, true],
    );
  });
});

it('a bounded map forgets the oldest key; a key that is set again is the newest', () => {
  const map = new BoundedMap<string, number>(3);
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  map.set('b', 2);
  deepEqual([...map.keys()], ['a', 'c', 'b']);
  map.set('d', 1);
  deepEqual([...map.keys()], ['c', 'b', 'd']);
  equal(map.get('b'), 2);
});

it('a bounded map holds its newest keys through any sets and deletes (20,000 random ones)', () => {
  const map = new BoundedMap<number, number>(5);
  let expected: number[] = [];
  for (let round = 0; round < 20_000; round++) {
    const key = Math.floor(Math.random() * 9);
    expected = expected.filter((other) => other !== key);
    if (Math.random() < 0.2) map.delete(key);
    else {
      map.set(key, round);
      expected = [...expected, key].slice(-5);
    }
    deepEqual([...map.keys()], expected);
  }
  map.clear();
  for (let key = 0; key < 7; key++) map.set(key, key);
  deepEqual([...map.keys()], [2, 3, 4, 5, 6]);
});

it('a bounded map keeps no deleted value in memory, after it was full', async () => {
  const map = new BoundedMap<number, object>(100);
  const values: WeakRef<object>[] = [];
  for (let key = 0; key < 10_000; key++) {
    // Full at first; then half full, with changing keys.
    if (key > 100) for (const old of [key - 101, key - 51]) map.delete(old);
    values.push(new WeakRef(setObject(map, key)));
  }
  // Weak references are cleared only between turns of the event loop.
  await nextTurn();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const alive = values.filter((value) => value.deref() !== undefined).length;
  ok(alive <= 101, `${alive} values are alive`);
});

it('a bounded set forgets the oldest value; a value that is added again is the newest', () => {
  const set = new BoundedSet<string>(2);
  for (const value of ['a', 'b', 'a', 'c']) set.add(value);
  deepEqual(
    ['a', 'b', 'c'].map((value) => set.has(value)),
    [true, false, true],
  );
  deepEqual([set.delete('a'), set.delete('a'), set.has('a')], [true, false, false]);
});

/** A separate function, so that no variable of the test keeps an object alive. */
function setObject(map: BoundedMap<number, object>, key: number): object {
  const value = { key };
  map.set(key, value);
  return value;
}
