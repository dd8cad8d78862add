/**
 * The signals of a run that was reset to its first task: which of them the server applied again, by their event ids.
 */
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signalsOfBeginning } from '../core/first-signals';

/** Histories; signals that the server applied again are in capitals. */
const HISTORIES: readonly (readonly [why: string, history: string, own: string])[] = [
  ['none', 'started scheduled task failed scheduled task', ''],
  ['one that is applied again', 'started scheduled task failed A scheduled task', ''],
  ['two of them', 'started scheduled task failed A B scheduled task', ''],
  ['one that the run was started with', 'started a scheduled task failed scheduled task', 'a'],
  ['one that came before the first task', 'started scheduled a task failed scheduled task', 'a'],
  ['both, and one more', 'started a scheduled b c task failed scheduled task', 'a b c'],
  ['one of each', 'started a scheduled b task failed C D scheduled e task', 'a b e'],
  ['one since the reset', 'started scheduled task failed A scheduled b task', 'b'],
  ['two since the reset', 'started scheduled task failed scheduled a b task', 'a b'],
  ['those of a cron that waited', 'started a b c scheduled task failed D scheduled task', 'a b c'],
  ['a reset of a reset', 'started scheduled task failed A scheduled task failed B scheduled task', ''],
];
const EVENTS = ['started', 'scheduled', 'task', 'failed'];

describe('signals of the first task after a reset', () => {
  for (const [why, history, own] of HISTORIES)
    it(`${why}: ${history}`, () => {
      const events = history.split(' ');
      const signals = events.flatMap((name, index) =>
        EVENTS.includes(name) ? [] : [{ name, eventId: index + 1 }],
      );
      const found = signalsOfBeginning(signals, events.length).map(({ name }) => name);
      deepEqual(found.join(' '), own);
    });

  it('all count as its own if the SDK does not number them', () => {
    const signals = [
      { name: 'a', eventId: 5 },
      { name: 'b', eventId: undefined },
    ];
    deepEqual(signalsOfBeginning(signals, 8), signals);
  });
});
