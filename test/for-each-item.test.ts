/** `forEachItem`: order, concurrency, and the error with the items that failed. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { type ForEachItemOptions, forEachItem } from 'temporal-job-tracing/workflow';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const refused = (nonRetryable: boolean) =>
  ApplicationFailure.create({ type: 'Refused', message: 'no such account', nonRetryable });

/** Runs `forEachItem` with `count` items. */
async function run(count: number, fn: (item: number) => Promise<unknown>, options?: ForEachItemOptions) {
  const started: number[] = [];
  const work = (item: number) => {
    started.push(item);
    return fn(item);
  };
  const error = await forEachItem(numbers(count), (item) => `account ${item}`, work, options).then(
    () => undefined,
    (failed: unknown) => failed,
  );
  return { started, error };
}

describe('forEachItem', () => {
  for (const concurrency of [1, 3, 100]) {
    it(`returns the results in the order of the items, at most ${concurrency} at a time`, async () => {
      let [running, most] = [0, 0];
      const results = await forEachItem(
        numbers(20),
        String,
        async (item) => {
          most = Math.max(most, ++running);
          await sleep((item * 7) % 5);
          running--;
          return item * 2;
        },
        { concurrency },
      );
      deepEqual(
        results,
        numbers(20).map((item) => item * 2),
      );
      equal(most, Math.min(20, concurrency));
    });
  }

  it('calls nothing without items', async () => {
    deepEqual(await run(0, sleep), { started: [], error: undefined });
  });

  it('starts no item after one has failed, and waits for those already started', async () => {
    let ended = false;
    const fn = async (item: number) => {
      if (item === 0) throw refused(false);
      await sleep(20);
      ended = true;
    };
    const { started, error } = await run(9, fn, { concurrency: 2 });
    deepEqual(started, [0, 1]);
    ok(ended);
    ok(error instanceof ApplicationFailure);
    deepEqual([error.type, error.message], ['ItemFailed', 'account 0: no such account']);
  });

  it('with continue, processes all items, counts those that failed and names the first 20', async () => {
    const fn = async (item: number) => {
      if (item % 2) throw refused(false);
    };
    const { started, error } = await run(60, fn, { onItemFailure: 'continue' });
    equal(started.length, 60);
    ok(error instanceof ApplicationFailure);
    equal(error.message, 'account 1: no such account (and 29 more of 60 items)');
    const [details] = error.details as [{ items: { key: string }[]; failed: number }];
    deepEqual([details.failed, details.items.length, details.items[19]?.key], [30, 20, 'account 39']);
  });

  for (const [nonRetryable, expected] of [
    [[true, true], true],
    [[true, false], false],
    [[false, true], false],
  ] as const) {
    it(`items that fail with nonRetryable ${nonRetryable.join(' and ')} make it ${expected}`, async () => {
      const fn = async (item: number) => {
        throw refused(nonRetryable[item] === true);
      };
      const { error } = await run(2, fn, { onItemFailure: 'continue' });
      equal(error instanceof ApplicationFailure && error.nonRetryable, expected);
    });
  }

  it('cuts a text that is too long for an event', async () => {
    const { error } = await run(1, async () => {
      throw ApplicationFailure.create({ message: 'x'.repeat(100_000) });
    });
    ok(error instanceof ApplicationFailure);
    ok(error.message.length < 2_100 && JSON.stringify(error.details).length < 2_200);
  });

  for (const thrown of [new TypeError('a bug'), new CancelledFailure('stopped')]) {
    it(`rethrows ${thrown.name}, whatever happens afterwards`, async () => {
      const { started, error } = await run(3, async () => Promise.reject(thrown), {
        onItemFailure: 'continue',
      });
      equal(error, thrown);
      deepEqual(started, [0]);
    });
  }

  for (const concurrency of [0, 0.5, 101]) {
    it(`refuses concurrency ${concurrency}`, async () => {
      await rejects(
        forEachItem([1], String, async () => {}, { concurrency }),
        /^ApplicationFailure: forEachItem: option 'concurrency': expected an integer from 1 to 100/,
      );
    });
  }

  it('refuses a misspelt onItemFailure, which would silently go on', async () => {
    const options = { onItemFailure: 'Stop' } as unknown as ForEachItemOptions;
    await rejects(
      forEachItem([1], String, async () => {}, options),
      /^ApplicationFailure: forEachItem: option 'onItemFailure': expected 'continue' or 'stop', got Stop/,
    );
  });
});
