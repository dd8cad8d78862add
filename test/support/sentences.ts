/**
 * Sentences about synthetic runs of a nightly job.
 */
import { ok } from 'node:assert/strict';
import type { Item } from '../../console/timeline/item';
import { measure } from '../../console/timeline/profile';
import { runsToCompare, type SentenceInput, sentenceOf } from '../../console/timeline/sentence';
import type { Sentence } from '../../console/types';
import { type Operation, randomFrom, syntheticRun } from './synthetic-runs';

export const SERVICE = 'ServiceApplication';

/** Returns the shop's nightly job: three activities, the last of which calls a slow operation. */
export function nightly(change: Partial<Record<'save' | 'summarise', Partial<Operation>>> = {}): Operation {
  const save = { name: 'userInfoSave', service: SERVICE, ownMs: 3_800, ...change.save };
  return {
    name: 'nightlyJob',
    ownMs: 40,
    calls: [
      { name: 'findUsers', waitsMs: 5, calls: [{ name: 'GET /users', service: SERVICE, ownMs: 60 }] },
      {
        name: 'summariseOrders',
        waitsMs: 5,
        calls: [{ name: 'POST /orders', service: SERVICE, ownMs: 150, ...change.summarise }],
      },
      {
        name: 'saveUsers',
        waitsMs: 5,
        calls: [{ name: 'PUT /users/7', service: SERVICE, ownMs: 10, calls: [save] }],
      },
    ],
  };
}

/** Returns twenty usual runs, with each operation up to 4 % slower or faster. */
export function usualRuns(run: Operation, count = 20, seed = 1): Item[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => syntheticRun(run, (ms) => ms * (0.96 + random() * 0.08)));
}

/** Returns the sentence about a run that is compared with earlier ones. */
export function sentence(
  now: Item,
  before: readonly Item[],
  options: Partial<Pick<SentenceInput, 'state' | 'hasBegun'>> = {},
): Sentence {
  const last = before.map((item, index) => ({
    runId: `r${index}`,
    totalMs: item.endMs - item.startMs,
    item,
  }));
  const { usual, runs } = runsToCompare(last);
  const profiles = runs.map((run) => ({
    runId: run.runId,
    profile: measure((run as (typeof last)[number]).item).profile,
  }));
  return sentenceOf({
    measured: measure(now),
    state: 'success',
    ...options,
    usual,
    successfulRuns: before.length,
    profiles,
    isShard: (item) => item.name === 'migrateShard',
  });
}

/** Asserts that the shares of a table add up to 1, and its differences to the difference of the runs. */
export function addsUp({ table, totalMs, usualMs = 0 }: Sentence): void {
  const difference = table.reduce((sum, row) => sum + row.differenceMs, 0);
  ok(Math.abs(difference - (totalMs - usualMs)) < 1, `${difference} is not ${totalMs} - ${usualMs}`);
  ok(Math.abs(table.reduce((sum, row) => sum + row.share, 0) - 1) < 1e-6);
}
