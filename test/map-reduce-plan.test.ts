/** The division of a MapReduce run's work: edge cases, and Temporal's limits by calculation. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemPage } from 'temporal-job-tracing/workflow';
import {
  CONTINUE_AS_NEW_EVENTS,
  MAX_HISTORY_EVENTS,
  MAX_PAYLOAD_BYTES,
  MAX_PENDING_CHILDREN,
} from '../core/server-limits';
import { OrderedFold } from '../workflows/map-reduce/ordered-fold';
import { pageOf, readPages } from '../workflows/map-reduce/pages';
import {
  type BranchWork,
  branchesOfCount,
  branchesOfItems,
  shardsOfItems,
  shardsOfRange,
} from '../workflows/map-reduce/parts';
import {
  bytesOf,
  MAX_BRANCH_BYTES,
  MAX_BRANCH_PAGES,
  MAX_BRANCH_SHARDS,
  MAX_BRANCHES,
  MAX_SHARD_BYTES,
  planBranches,
} from '../workflows/map-reduce/plan';

describe('the plan of a run', () => {
  for (const [concurrency, total, parallel, window, shards] of [
    [50, 1, 1, 1, 1],
    [50, 0, 1, 1, 1],
    [50, 200, 1, 50, 200],
    [100, 200, 1, 100, 200],
    [101, 200, 2, 50, 100],
    [50, 401, 1, 50, 400],
    [200, 1_000, 2, 100, 400],
    [1, 10_000, 1, 1, 400],
    [10_000, 10_000, 100, 100, 100],
    [10_000, 150, 2, 75, 75],
    [50, undefined, 1, 50, 400],
    [250, undefined, 3, 83, 400],
  ] as const) {
    it(`${concurrency} at a time of ${total ?? 'an unknown number'}: ${parallel} branches of ${shards}`, () => {
      deepEqual(planBranches(concurrency, total), { parallel, window, shards });
    });
  }

  it('never runs more shards at the same time than the limit, nor more children than the server takes', () => {
    for (let concurrency = 1; concurrency <= 10_000; concurrency += 7)
      for (const total of [1, 99, 100_000, undefined]) {
        const { parallel, window } = planBranches(concurrency, total);
        ok(parallel * window <= concurrency, `${concurrency} of ${total}: ${parallel} × ${window}`);
        ok(Math.max(parallel, window) < MAX_PENDING_CHILDREN);
      }
  });

  it('100,000 shards, and the maximum, fit the histories of the run and of its branches', () => {
    // Measured: a branch has 3 events at its start, under 8 per shard and 6 per page; the run has 9 per branch, 4 more
    // with pages.
    const [eventsOfBranch, eventsOfRun] = [
      3 + 8 * MAX_BRANCH_SHARDS + 6 * MAX_BRANCH_PAGES,
      (branches: number) => 20 + 13 * branches,
    ];
    ok(eventsOfBranch < CONTINUE_AS_NEW_EVENTS, `${eventsOfBranch}`);
    equal(eventsOfRun(100_000 / MAX_BRANCH_SHARDS), 3_270);
    ok(eventsOfRun(MAX_BRANCHES) < MAX_HISTORY_EVENTS, `${eventsOfRun(MAX_BRANCHES)}`);
    equal(MAX_BRANCHES * MAX_BRANCH_SHARDS, 1_400_000);
  });

  it('the items of a branch, and of a shard, fit in a payload', () => {
    ok(Math.max(MAX_BRANCH_BYTES, MAX_SHARD_BYTES) < MAX_PAYLOAD_BYTES);
  });
});

describe('sizes', () => {
  for (const [value, bytes] of [
    ['', 2],
    ['abc', 5],
    ['é', 4],
    ['€', 5],
    ['😀', 6],
    [[1, 22], 6],
    [undefined, 0],
  ] as const) {
    it(`${JSON.stringify(value)} has ${bytes} bytes`, () => equal(bytesOf(value), bytes));
  }
});

describe('the work of branches', () => {
  const items = Array.from({ length: 10 }, (_, i) => i);

  it('is cut by shards', () => {
    deepEqual(
      [...branchesOfItems(items, 2, 3)],
      [
        { index: 0, items: [0, 1, 2, 3, 4, 5] },
        { index: 3, items: [6, 7, 8, 9] },
      ],
    );
    deepEqual(
      [...branchesOfCount(10, 2, 3)],
      [
        { index: 0, from: 0, to: 6 },
        { index: 3, from: 6, to: 10 },
      ],
    );
    deepEqual([...branchesOfItems([], 2, 3)], []);
    deepEqual([...branchesOfCount(0, 2, 3)], []);
  });

  it('is cut by bytes, at the borders of shards', () => {
    const large = Array.from({ length: 10 }, () => 'x'.repeat(MAX_BRANCH_BYTES / 8));
    const works = [...branchesOfItems(large, 3, 400)] as (BranchWork & { items: string[] })[];
    deepEqual(
      works.map((work) => [work.index, work.items.length]),
      [
        [0, 6],
        [2, 4],
      ],
    );
    for (const { items: own } of works) ok(bytesOf(own) <= MAX_BRANCH_BYTES);
  });

  it('a shard that is too large for a payload is refused with the remedy', () => {
    const large = ['x'.repeat(MAX_SHARD_BYTES)];
    throws(() => [...branchesOfItems(large, 1, 400)], /option 'shardSize': .* make it smaller/);
  });
});

describe('shards', () => {
  for (const [what, items, naming, labels] of [
    ['texts', ['a', 'b', 'c'], {}, ['a to b', 'c']],
    ['numbers with a name', [7, 8, 9], { label: 'account' }, ['account 7 to 8', 'account 9']],
    ['long texts', ['x'.repeat(71), `${'x'.repeat(71)}y`], {}, [`${'x'.repeat(70)}… to ${'x'.repeat(70)}…`]],
    ['records by key', [{ id: 1 }, { id: 2 }], { label: 'user', key: 'id' }, ['user 1 to 2']],
    ['records without key', [{ id: 1 }, { id: 2 }, { id: 3 }], { label: 'user' }, ['shard 5', 'shard 6']],
    ['records whose key is not a string', [{ id: {} }], { key: 'id' }, ['shard 5']],
  ] as const) {
    const names = labels[0].startsWith('shard ') ? 'number' : 'first and last key';
    it(`of ${what} are called by their ${names}`, () => {
      const shards = [...shardsOfItems(items, 5, 2, { ...naming, count: 9 })];
      deepEqual(
        shards.map(({ label }) => label),
        labels,
      );
      deepEqual(
        shards.map(({ index, count }) => [index, count]),
        labels.map((_, i) => [5 + i, 9]),
      );
    });
  }

  it('of a range have its parts', () => {
    deepEqual(
      [...shardsOfRange(10, 13, 5, 2, { count: 7, label: 'row' })],
      [
        { index: 5, count: 7, label: 'row 10 to 11', from: 10, to: 12 },
        { index: 6, count: 7, label: 'row 12', from: 12, to: 13 },
      ],
    );
  });
});

describe('pages', () => {
  /** Returns a function that reads pages of the numbers below 20, and the cursors that it received. */
  function pager(size: number) {
    const reads: unknown[] = [];
    return {
      reads,
      read: async (cursor: unknown): Promise<ItemPage<unknown>> => {
        reads.push(cursor);
        const from = Number(cursor ?? 0);
        const items = Array.from({ length: Math.min(size, 20 - from) }, (_, i) => from + i);
        return from + size < 20 ? { items, next: from + size } : { items, next: null };
      },
    };
  }

  for (const size of [1, 3, 5, 7, 20, 100]) {
    it(`of ${size} give each branch what fits, and no item twice`, async () => {
      const { read } = pager(size);
      const all: unknown[] = [];
      let branches = 0;
      for (let position: { cursor?: unknown; skip: number } | undefined = { skip: 0 }; position; branches++) {
        const { items, next } = await readPages(read, position, 2, 3);
        ok(items.length <= 6);
        all.push(...items);
        position = next;
      }
      deepEqual(
        all,
        Array.from({ length: 20 }, (_, i) => i),
      );
      equal(branches, 4);
    });
  }

  for (const [page, what] of [
    [undefined, 'undefined'],
    [[1], 'undefined'],
    [{ rows: [] }, 'undefined'],
    [{ items: 'all' }, 'all'],
  ]) {
    it(`that are not pages are refused: ${JSON.stringify(page)}`, () => {
      throws(() => pageOf('read', page), {
        type: 'MapReduceOptionError',
        message: new RegExp(`activity read to return .*, got items that are ${what}$`),
      });
    });
  }

  it('without items have none, as Go says it', () => {
    deepEqual(pageOf('read', { items: null, next: 7 }), { items: [], next: 7 });
  });

  it('that are empty are skipped, up to a limit', async () => {
    const empty = async (cursor: unknown) => ({ items: [], next: Number(cursor ?? 0) + 1 });
    deepEqual(await readPages(empty, { skip: 0 }, 2, 3), {
      items: [],
      next: { cursor: MAX_BRANCH_PAGES, skip: 0 },
    });
  });

  it('a shard that was begun does not grow beyond what a branch can hold', async () => {
    const large = 'x'.repeat(MAX_BRANCH_BYTES / 4);
    const pages = [{ items: [large, large, large], next: 1 }, { items: [large, 'small'] }];
    const read = async (cursor: unknown) => pages[Number(cursor ?? 0)] ?? { items: [] };
    const first = await readPages(read, { skip: 0 }, 2, 400);
    equal(first.items.length, 3);
    deepEqual(first.next, { cursor: 1, skip: 0 });
    const second = await readPages(read, { cursor: 1, skip: 0 }, 2, 400);
    deepEqual([second.items.length, second.next], [2, undefined]);
  });
});

describe('an ordered fold', () => {
  const join = (left: string, right: string) => `${left}${right}`;

  for (const order of ['0123', '3210', '1302']) {
    it(`gives the results in their order when they come as ${order}`, () => {
      const fold = new OrderedFold(join);
      for (const position of order) fold.set(Number(position), { value: position });
      equal(fold.result?.value, '0123');
    });
  }

  it('skips items without a result, and keeps a result that is undefined', () => {
    const fold = new OrderedFold<string | undefined>((left, right) => `${left}${right}`);
    const results: (string | undefined)[] = [];
    for (const [position, result] of [[1], [2, { value: 'b' }], [0, { value: undefined }]] as const) {
      fold.set(position, result);
      results.push(fold.result?.value);
    }
    deepEqual(results.slice(0, 2), [undefined, undefined]);
    equal(fold.result?.value, 'undefinedb');
  });

  it('keeps nothing without a function', () => {
    const fold = new OrderedFold<string>(undefined);
    fold.set(0, { value: 'a' });
    equal(fold.result, undefined);
  });
});
