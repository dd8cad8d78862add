/**
 * Baggage is parsed and written as W3C specifies; the plugin's entries go first, invalid ones are dropped, nothing
 * throws.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BaggageEntry,
  formatBaggage,
  type JobBaggage,
  mergeBaggage,
  parseBaggage,
} from '../core/baggage';

const read = (header: string) =>
  Object.fromEntries(
    [...parseBaggage(header)].map(([name, { value, metadata }]) => [
      name,
      metadata === undefined ? value : `${value} | ${metadata}`,
    ]),
  );
const write = (entries: Record<string, BaggageEntry>) => formatBaggage(Object.entries(entries));

const OURS: JobBaggage = {
  'job.name': 'nightly',
  'job.run.id': 'run',
  'job.trigger': 'cron',
  'traffic.origin': 'scheduler',
};

describe('baggage that is read', () => {
  const table: [string, string, Record<string, string>][] = [
    ['one entry', 'a=1', { a: '1' }],
    ['white space around names and values', ' a = 1 ,\tb=2 ', { a: '1', b: '2' }],
    ['percent-encoded text', 'a=%C3%BC%20%2C%3B%3D', { a: 'ü ,;=' }],
    ['an equals sign in a value', 'a=b=c', { a: 'b=c' }],
    ['an empty value', 'a=', { a: '' }],
    ['metadata', 'a=1;p1;p2=x', { a: '1 | p1;p2=x' }],
    ['the last of two with the same name', 'a=1,a=2', { a: '2' }],
    ['nothing in an empty header', '', {}],
    ['nothing in separators', ',;=,,;', {}],
    ['no entry without a name', '=1,a=2', { a: '2' }],
    ['no entry without an equals sign', 'a,b=2', { b: '2' }],
    ['no entry with a broken encoding, but those beside it', 'a=%zz,b=%,c=%C3,d=1', { d: '1' }],
  ];
  for (const [what, header, expected] of table) it(`gives ${what}`, () => deepEqual(read(header), expected));

  it('never throws: no header, 10 MB, keys of Object.prototype', () => {
    equal(parseBaggage(undefined).size, 0);
    equal(parseBaggage('a'.repeat(10_000_000)).size, 0);
    equal(parseBaggage('a=1,'.repeat(100_000)).size, 1);
    const entries = parseBaggage('__proto__=1,constructor=2,toString=3');
    deepEqual([...entries.keys()], ['__proto__', 'constructor', 'toString']);
    equal(({} as { polluted?: string }).polluted, undefined);
  });
});

describe('baggage that is written', () => {
  it('is read back as it was', () => {
    const header = write({ a: { value: 'ü ,;="\u{1f4a1}' }, b: { value: '', metadata: 'p1;p2=x' } });
    deepEqual(read(header), { a: 'ü ,;="\u{1f4a1}', b: ' | p1;p2=x' });
    ok(/^[\x21-\x7e]*$/.test(header), header);
  });

  const unsendable: [string, string, BaggageEntry][] = [
    ['a name with a line end', 'a\nb', { value: '1' }],
    ['a name with a comma', 'a,b', { value: '1' }],
    ['a name with an equals sign', 'a=b', { value: '1' }],
    ['a name that is not ASCII', 'ü', { value: '1' }],
    ['an empty name', '', { value: '1' }],
    ['metadata with a line end', 'a', { value: '1', metadata: 'p\r\nx-evil: 1' }],
    ['metadata with a comma', 'a', { value: '1', metadata: 'p,b=2' }],
  ];
  for (const [what, name, entry] of unsendable) {
    it(`leaves out ${what}, and only that`, () => {
      const entries: [string, BaggageEntry][] = [
        ['first', { value: '1' }],
        [name, entry],
        ['last', { value: '2' }],
      ];
      equal(formatBaggage(entries), 'first=1,last=2');
    });
  }

  it('accepts malformed Unicode', () => {
    equal(write({ a: { value: 'x\ud800' }, b: { value: '\udc00' } }), 'a=x%EF%BF%BD,b=%EF%BF%BD');
  });

  it('stays within 8192 bytes and drops the last entries first', () => {
    const entries = Array.from({ length: 1_000 }, (_, i) => [`k${i}`, { value: 'x'.repeat(20) }] as const);
    const header = formatBaggage(entries);
    ok(header.length <= 8_192 && header.length > 8_150, String(header.length));
    const kept = [...parseBaggage(header).keys()];
    deepEqual(
      kept,
      entries.slice(0, kept.length).map(([name]) => name),
    );
    equal(write({ a: { value: '\u{1f4a1}'.repeat(3_000) } }), '');
  });
});

describe("the run's entries and the user's", () => {
  it("ours go first, and replace a user's of the same name", () => {
    const merged = mergeBaggage(OURS, parseBaggage('user=1,job.name=forged,traffic.origin=user'));
    equal(
      formatBaggage(merged),
      'job.name=nightly,job.run.id=run,job.trigger=cron,traffic.origin=scheduler,user=1',
    );
  });

  it('ours are present, however many entries the user has', () => {
    const users = parseBaggage(Array.from({ length: 5_000 }, (_, i) => `k${i}=v`).join(','));
    const header = formatBaggage(mergeBaggage(OURS, users));
    ok(header.startsWith('job.name=nightly,job.run.id=run,job.trigger=cron,traffic.origin=scheduler,k0=v'));
  });

  it('a job name is cut to 256 characters, even within a surrogate pair', () => {
    const merged = mergeBaggage({ ...OURS, 'job.name': `${'x'.repeat(255)}\u{1f4a1}` }, new Map());
    equal(parseBaggage(formatBaggage(merged)).get('job.name')?.value, `${'x'.repeat(255)}\ufffd`);
  });
});
