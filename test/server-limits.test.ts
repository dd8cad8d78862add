/** Limits of a server: longer values are cut, and all others are unchanged. */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineSearchAttributeKey } from '@temporalio/common';
import { idOfJob, tickRunId } from '../core/jobs/names';
import { haveRoom, idWithRoom, isStorable, toKeyword, toSummary, utf8Length } from '../core/server-limits';
import { shardPrefix } from '../core/shard-prefix';

const RUN_ID = '01a20ab5-370e-761a-a72e-5e02d38d50af';
const length = (text: string) => Array.from(text).length;
const bytes = (text: string) => Buffer.byteLength(text);

describe('a Keyword', () => {
  const same = ['', 'nightly-report', 'x'.repeat(255), '\u{1f4a1}'.repeat(255), "übergröße 'a' [b] %"];
  for (const text of same) {
    it(`is as it was given: ${JSON.stringify(text).slice(0, 40)}`, () => {
      equal(toKeyword(text), text);
      ok(isStorable(text));
    });
  }

  const cut: Record<string, readonly [given: string, kept: string]> = {
    '256 characters': ['x'.repeat(256), 'x'.repeat(255)],
    '3,000 characters': ['ü'.repeat(3_000), 'ü'.repeat(255)],
    '256 characters of two units each': ['\u{1f4a1}'.repeat(256), '\u{1f4a1}'.repeat(255)],
    'a NUL': ['a\0b', 'a\ufffdb'],
    'what no query finds': ['a"b\\c\n\u0085', 'a\ufffdb\ufffdc\ufffd\ufffd'],
    'half of a surrogate pair': ['a\ud83db', 'a\ufffdb'],
    'half of a pair where it is cut': [`${'x'.repeat(254)}\u{1f4a1}y`, `${'x'.repeat(254)}\u{1f4a1}`],
  };
  for (const [what, [given, kept]] of Object.entries(cut)) {
    it(`has no ${what}`, () => {
      equal(toKeyword(given), kept);
      equal(toKeyword(kept), kept, 'the same when it is cut again');
      ok(!isStorable(given));
      ok(bytes(JSON.stringify(toKeyword(given))) <= 2_048);
    });
  }

  it('is at most 2 KB as JSON, with any characters', () => {
    for (const character of ['\u0001', '"', '\u{1f4a1}', '\ud83d', '\0', '\u2028'])
      ok(bytes(JSON.stringify(toKeyword(character.repeat(5_000)))) <= 2_048, JSON.stringify(character));
  });
});

describe('the workflow id of something that a run starts', () => {
  it('is its own with a suffix, if there is room', () => {
    equal(tickRunId('nightly-report'), 'nightly-report/tick');
    equal(idOfJob('x'.repeat(239), 'manual-01234567'), `${'x'.repeat(239)}/manual-01234567`);
    equal(shardPrefix('import', RUN_ID), 'import:5e02d38d50af:');
  });

  const long = {
    '255 characters': 'x'.repeat(255),
    '255 characters of four bytes': '\u{1f4a1}'.repeat(255),
    '1,000 bytes': 'ü'.repeat(500),
  };
  for (const [what, workflowId] of Object.entries(long)) {
    it(`stays within 255 characters and 1,000 bytes when its own has ${what}`, () => {
      const ids = [
        idOfJob(workflowId, 'manual-01234567'),
        tickRunId(workflowId),
        `${shardPrefix(workflowId, RUN_ID)}shard-1234567890`,
        `${shardPrefix(shardPrefix(workflowId, RUN_ID), RUN_ID)}branch-3499`,
      ];
      for (const id of ids) ok(length(id) <= 255 && bytes(id) <= 1_000, id);
      equal(new Set(ids).size, ids.length);
    });
  }

  it('differs for each run, even if their ids have a long common beginning', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => idWithRoom(`${'x'.repeat(250)}${index}`, 16));
    equal(new Set(ids).size, ids.length);
    notEqual(tickRunId(`${'x'.repeat(254)}a`), tickRunId(`${'x'.repeat(254)}b`));
  });
});

describe('the summary of a child', () => {
  it('is cut to 400 bytes of JSON, in whole characters', () => {
    equal(toSummary('accounts 0 to 999'), 'accounts 0 to 999');
    for (const character of ['x', 'ü', '\u{1f4a1}', '"', '\u0001', '\0']) {
      const summary = toSummary(character.repeat(1_000));
      const size = bytes(JSON.stringify(summary));
      ok(size <= 400 && size > 388, `${JSON.stringify(character)}: ${size}`);
      ok(summary.isWellFormed());
    }
  });
});

describe('the search attributes of a run', () => {
  const attributes = (count: number, value: string) =>
    Array.from({ length: count }, (_, index) => ({
      key: defineSearchAttributeKey(`Attribute${index}`, 'KEYWORD'),
      value,
    }));
  const cases = [
    [0, '', true],
    [100, '', true],
    [101, '', false],
    [18, 'x'.repeat(2_000), true],
    [20, 'x'.repeat(2_040), false],
  ] as const;
  for (const [count, value, expected] of cases) {
    it(`${expected ? 'have' : 'have no'} room: ${count} of ${value.length} characters`, () => {
      equal(haveRoom(attributes(count, value)), expected);
    });
  }
});

it('bytes are those of UTF-8', () => {
  const texts = ['', 'abc', 'ü', '€', '\u{1f4a1}', 'a\u{1f4a1}ü'];
  deepEqual(texts.map(utf8Length), texts.map(bytes));
});
