/** Retention limits of the console are written by age, by size, or by both. */
import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLimits } from '../console/store';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULTS = { maxAgeMs: 7 * DAY_MS, maxBytes: 2 * 1024 ** 3 };

describe('retention limits', () => {
  const table: [text: string, days: number, megabytes: number][] = [
    ['14d', 14, 2048],
    ['12h', 0.5, 2048],
    ['5GB', 7, 5120],
    ['14d,5gb', 14, 5120],
    [' 512MB , 1.5d ', 1.5, 512],
  ];
  for (const [text, days, megabytes] of table) {
    it(`${text}: ${days} days, ${megabytes} MB`, () =>
      deepEqual(parseLimits('--keep-spans', text, DEFAULTS), {
        maxAgeMs: days * DAY_MS,
        maxBytes: megabytes * 1024 ** 2,
      }));
  }

  for (const text of [
    '',
    '14',
    'd',
    '-1d',
    '0d',
    '5TB',
    '15MB',
    '14d;5GB',
    '4000d',
    '1e3d',
    'forever',
    'x,5GB',
    '5GB,',
  ]) {
    it(`${JSON.stringify(text)} is refused with the expectation`, () =>
      throws(() => parseLimits('--keep-spans', text, DEFAULTS), {
        name: 'RangeError',
        message: `--keep-spans: expected an age from 1h to 3650d, a size from 16MB, or both as in 14d,5GB, got ${JSON.stringify(text)}`,
      }));
  }
});
