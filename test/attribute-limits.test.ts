/** Attribute values of user code are reduced to OpenTelemetry's types within limits; nothing throws. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  copyAttributes,
  cut,
  MAX_ARRAY_LENGTH,
  MAX_ATTRIBUTES,
  MAX_STRING_LENGTH,
  setAttribute,
  toAttributeValue,
} from '../core/attribute-limits';
import type { Attributes } from '../core/span-record';
import { hostileValues, throwingProxy } from './support/hostile';

describe('attribute values', () => {
  const table: [string, unknown, unknown][] = [
    ['text', 'text', 'text'],
    ['empty text', '', ''],
    ['number', -0.5, -0.5],
    ['NaN', Number.NaN, Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['boolean', false, false],
    ['texts', ['a', 'b'], ['a', 'b']],
    ['numbers', [1, 2.5], [1, 2.5]],
    ['booleans', [true, false], [true, false]],
    ['an empty array', [], []],
    ['10 MB of text', 'x'.repeat(10_000_000), 'x'.repeat(MAX_STRING_LENGTH)],
    ['10 MB of text in an array', ['x'.repeat(10_000_000)], ['x'.repeat(MAX_STRING_LENGTH)]],
    ['a million numbers', new Array(1_000_000).fill(1), new Array(MAX_ARRAY_LENGTH).fill(1)],
    ['a mixed array', [1, 'a'], undefined],
    ['an array with a hole', new Array(2), undefined],
    ['an array with null', ['a', null], undefined],
    ['an array of arrays', [['a']], undefined],
    ['an array of functions', [() => 1], undefined],
    ['an array of a throwing proxy', [throwingProxy()], undefined],
    ['a throwing array', throwingProxy([]), undefined],
    ['a boxed text', Object('text'), undefined],
  ];
  for (const [what, value, expected] of table) {
    it(`${what} ${expected === undefined ? 'is dropped' : 'is kept within limits'}`, () =>
      deepEqual(toAttributeValue(value), expected));
  }

  it('that are no OpenTelemetry values are dropped, and never throw', () => {
    const valid = new Set(['number', 'NaN', 'infinity', 'negative number', 'array of NaN']);
    for (const [what, value] of hostileValues())
      equal(toAttributeValue(value) === undefined, !valid.has(what), what);
  });

  it('are copies that can be cloned across the thread border', () => {
    const own = Object.assign(['a'], { method: () => 1 });
    const value = toAttributeValue(own);
    deepEqual(structuredClone(value), ['a']);
    ok(value !== own);
  });
});

describe('attributes', () => {
  it('are set one by one, and what cannot be set is reported', () => {
    const target: Attributes = {};
    const keys: [unknown, boolean][] = [
      ['a', true],
      ['', false],
      [7, false],
      [undefined, false],
      [Symbol('s'), false],
      [throwingProxy(), false],
      ['__proto__', false],
      ['constructor', true],
    ];
    for (const [key, expected] of keys)
      equal(
        setAttribute(target, key, () => ['v']),
        expected,
        typeof key,
      );
    deepEqual(target, { a: ['v'], constructor: ['v'] });
    equal(Object.getPrototypeOf(target), Object.prototype);
  });

  it('whose reading throws are dropped', () => {
    const target: Attributes = {};
    const read = () => {
      throw new Error('getter');
    };
    equal(setAttribute(target, 'a', read), false);
    deepEqual(target, {});
  });

  it('keep the key within the limit', () => {
    const target: Attributes = {};
    setAttribute(target, 'k'.repeat(10_000_000), () => 1);
    deepEqual(Object.keys(target), ['k'.repeat(MAX_STRING_LENGTH)]);
  });

  it('are copied from any object; invalid ones are counted, valid ones stay', () => {
    const target: Attributes = {};
    const dropped = copyAttributes(target, {
      ...Object.fromEntries(hostileValues().slice(0, 9)),
      good: 'yes',
    });
    deepEqual({ target, dropped }, { target: { number: 7, good: 'yes' }, dropped: 8 });
  });

  it('are copied past a getter that throws', () => {
    const target: Attributes = {};
    const source = {
      before: 1,
      get bad(): never {
        throw new Error('getter');
      },
      after: 2,
    };
    equal(copyAttributes(target, source), 1);
    deepEqual(target, { before: 1, after: 2 });
  });

  it('of no object or of one that throws are empty', () => {
    for (const source of [undefined, null, 'text', 7, 7n, Symbol('s'), () => 1, throwingProxy()]) {
      const target: Attributes = {};
      copyAttributes(target, source);
      deepEqual(target, {});
    }
  });

  it('from JSON do not pollute prototypes', () => {
    const target: Attributes = {};
    equal(copyAttributes(target, JSON.parse('{"__proto__":["x"],"a":1}')), 1);
    deepEqual(target, { a: 1 });
    equal(Object.getPrototypeOf(target), Object.prototype);
  });

  it(`are at most ${MAX_ATTRIBUTES}: of 1,000 the first stay, and can still be changed`, () => {
    const target: Attributes = {};
    const source = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]));
    equal(copyAttributes(target, source), 1_000 - MAX_ATTRIBUTES);
    deepEqual(Object.keys(target), Object.keys(source).slice(0, MAX_ATTRIBUTES));
    equal(
      setAttribute(target, 'k0', () => 'new'),
      true,
    );
    equal(target.k0, 'new');
  });
});

describe('cutting', () => {
  it('leaves text of the limit alone, and cuts one character more', () => {
    equal(cut('x'.repeat(MAX_STRING_LENGTH)).length, MAX_STRING_LENGTH);
    equal(cut('x'.repeat(MAX_STRING_LENGTH + 1)).length, MAX_STRING_LENGTH);
  });
});
