/** Marks of slow runs: taken once, and only the marks that a worker has taken itself are removed again. */
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keySpace } from '../sampling/redis/key-space';
import { createSlowMarks } from '../sampling/redis/slow-marks';

const KEYS = keySpace('redisPolicyStore');

/** A Redis whose replies are lost, and the commands that it received. */
function lossyRedis() {
  const sent: string[] = [];
  const send = (args: readonly string[]) => {
    sent.push(/ZADD|ZREM/.exec(args[0] ?? '')?.[0] ?? 'unknown');
    return Promise.reject(new Error('the connection was lost'));
  };
  return { sent, send };
}

describe('marks of slow runs in Redis', () => {
  it('a mark that was taken is removed again as long as Redis still has it', () => {
    const { sent, send } = lossyRedis();
    const marks = createSlowMarks(send, KEYS);
    marks.replace(['a']);
    equal(marks.take('a'), true);
    marks.replace(['a']);
    equal(marks.take('a'), false);
    deepEqual(sent, ['ZREM', 'ZREM']);
  });

  it("another worker's later mark of the job counts, even if the reply to the removal was lost", () => {
    const { send } = lossyRedis();
    const marks = createSlowMarks(send, KEYS);
    marks.replace(['a']);
    equal(marks.take('a'), true);
    marks.replace([]);
    marks.replace(['a']);
    equal(marks.take('a'), true);
  });
});
