/** The sampling decision is a pure function of trace id and ratio: right at every edge, and consistent. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { traceIdOfRun } from '../interceptors/shared/trace-id';
import { decideSampling, isSampled, resolveSampling } from '../worker/sampling';

/** A run id as the Temporal server makes them: RFC 9562 version 7, random but for time and version. */
function uuid7(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A trace id whose random part, the last 56 bits, is this. */
const withRandom = (random: bigint) => `0199000000007000${'80'}${random.toString(16).padStart(14, '0')}`;
const ALL = 2n ** 56n;
const LOWEST = withRandom(0n);
const HIGHEST = withRandom(ALL - 1n);

describe('one decision', () => {
  const table: [string, number, string, boolean][] = [
    ['ratio 0, highest id', 0, HIGHEST, false],
    ['ratio 1, lowest id', 1, LOWEST, true],
    ['ratio 1, highest id', 1, HIGHEST, true],
    ['ratio ½, the last id below the threshold', 0.5, withRandom(ALL / 2n - 1n), false],
    ['ratio ½, the id at the threshold', 0.5, withRandom(ALL / 2n), true],
    ['ratio ¼, the last id below the threshold', 0.25, withRandom((ALL / 4n) * 3n - 1n), false],
    ['ratio ¼, the id at the threshold', 0.25, withRandom((ALL / 4n) * 3n), true],
    ['ratio 2⁻⁵⁶, the highest id', 2 ** -56, HIGHEST, true],
    ['ratio 2⁻⁵⁶, the id below it', 2 ** -56, withRandom(ALL - 2n), false],
    ['ratio 2⁻⁵⁸, rounded to none', 2 ** -58, HIGHEST, false],
    ['the smallest ratio there is', Number.MIN_VALUE, HIGHEST, false],
    ['the largest ratio below 1, the lowest id', 1 - 2 ** -53, LOWEST, false],
    ['the largest ratio below 1, the id at its threshold', 1 - 2 ** -53, withRandom(8n), true],
  ];
  for (const [what, ratio, traceId, expected] of table) {
    it(`${what}: ${expected ? 'sampled' : 'not sampled'}`, () => equal(isSampled(traceId, ratio), expected));
  }

  it('reads nothing but the last 56 bits: neither time nor version nor variant', () => {
    for (const head of ['0'.repeat(18), 'f'.repeat(18), '019900000000700080', '019900000000400099']) {
      equal(isSampled(head + LOWEST.slice(18), 0.5), false, head);
      equal(isSampled(head + HIGHEST.slice(18), 0.5), true, head);
    }
  });
});

describe('many decisions', () => {
  const shares = [
    [1_000, 0.2],
    [10_000, 0.2],
    [10_000, 0.01],
    [10_000, 0.9],
  ] as const;
  for (const [version, make] of [
    ['UUIDv7', uuid7],
    ['UUIDv4', randomUUID],
  ] as const) {
    for (const [count, ratio] of shares) {
      it(`${count} ${version} run ids at ratio ${ratio}: the share is right`, () => {
        const ids = Array.from({ length: count }, () => traceIdOfRun(make()));
        const share = ids.filter((id) => isSampled(id, ratio)).length / count;
        // Six standard deviations: wrong once in 500 million times.
        const tolerance = 6 * Math.sqrt((ratio * (1 - ratio)) / count);
        ok(Math.abs(share - ratio) < tolerance, `${share} is not within ${tolerance} of ${ratio}`);
      });
    }

    it(`a higher ratio only adds: 10,000 ${version} run ids`, () => {
      const ratios = [0, 2 ** -56, 0.001, 0.1, 0.2, 0.5, 0.9, 1 - 2 ** -53, 1];
      for (let i = 0; i < 10_000; i++) {
        const id = traceIdOfRun(make());
        const decisions = ratios.map((ratio) => isSampled(id, ratio));
        deepEqual(decisions, [...decisions].sort(), `${id}: once sampled, always sampled`);
      }
    });
  }
});

describe('the policy', () => {
  it("a job's own ratio comes before the default, and the reason says which it was", () => {
    const policy = resolveSampling({ default: 0, jobs: { nightly: 1, never: 0 } });
    deepEqual(decideSampling(policy, 'nightly', LOWEST), { sampled: true, reason: 'rule' });
    deepEqual(decideSampling(policy, 'never', HIGHEST), { sampled: false, reason: 'rule' });
    deepEqual(decideSampling(policy, 'other', HIGHEST), { sampled: false, reason: 'default' });
  });

  it('samples every run unless told otherwise', () => {
    for (const options of [undefined, {}, { jobs: {} }])
      deepEqual(decideSampling(resolveSampling(options), 'any', LOWEST), {
        sampled: true,
        reason: 'default',
      });
  });

  it('has no rule for names of Object.prototype, and takes them as names of jobs', () => {
    const none = resolveSampling({ default: 0 });
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      equal(decideSampling(none, name, HIGHEST).reason, 'default');
    const rule = resolveSampling({ jobs: JSON.parse('{"__proto__":0}') });
    deepEqual(decideSampling(rule, '__proto__', HIGHEST), { sampled: false, reason: 'rule' });
  });

  it('keeps what it was given at construction', () => {
    const jobs: Record<string, number> = { nightly: 0 };
    const policy = resolveSampling({ jobs });
    jobs.nightly = 1;
    equal(decideSampling(policy, 'nightly', HIGHEST).sampled, false);
    ok(Object.isFrozen(policy));
  });

  for (const ratio of [
    2,
    -1,
    -0.000001,
    1.000001,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '1',
    null,
    true,
    1n,
  ]) {
    it(`refuses ${typeof ratio} ${String(ratio)} as a ratio`, () => {
      throws(() => resolveSampling({ default: ratio as number }), TypeError);
      throws(() => resolveSampling({ jobs: { job: ratio as number } }), TypeError);
    });
  }
});
