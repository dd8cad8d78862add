/** Span ids are the same in every replay, differ within a run and between runs, and draw no random number. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type SpanIdentity, spanIdOf } from '../core/span-ids';

const ROOT = '8a1b2c3d4e5f6a7b';
const CALL: SpanIdentity = { name: 'StartActivity:work', parentSpanId: ROOT, which: 's1' };
const EXPECTED = ['cc5786768282f748', '7d04992d2bb546ff', '837002e9a9617623'];

function take(count: number, rootSpanId: string): string[] {
  return Array.from({ length: count }, (_, i) => spanIdOf(rootSpanId, { ...CALL, which: `s${i + 1}` }));
}

describe('span ids', () => {
  it('never change, since stored traces contain them', () => {
    deepEqual(take(3, ROOT), EXPECTED);
  });

  it('are the same again for the same run', () => deepEqual(take(1_000, ROOT), take(1_000, ROOT)));

  it('are 16 lower-case hex digits, not all zero, and all different', () => {
    for (const root of [ROOT, '0000000000000000', '0000000000000001', 'ffffffffffffffff']) {
      const ids = take(100_000, root);
      equal(new Set(ids).size, ids.length, root);
      ok(ids.every((id) => /^(?!0{16})[0-9a-f]{16}$/.test(id)));
    }
  });

  it('of runs that differ in one bit differ', () => {
    const seen = new Set<string>();
    const value = BigInt(`0x${ROOT}`);
    for (let bit = 0n; bit < 64n; bit++) {
      for (const id of take(1_000, (value ^ (1n << bit)).toString(16).padStart(16, '0'))) seen.add(id);
    }
    equal(seen.size, 64_000);
  });

  it('of 1,000 random runs do not collide', () => {
    const roots = Array.from({ length: 1_000 }, () => randomBytes(8).toString('hex'));
    equal(new Set(roots.flatMap((root) => [root, ...take(200, root)])).size, 201_000);
  });

  it('of spans that differ in one property differ', () => {
    const others = [
      { name: 'StartActivity:wor' },
      { parentSpanId: '8a1b2c3d4e5f6a7c' },
      { scope: 'user' },
      { which: 'n1' },
    ];
    const ids = [{}, ...others].map((other) => spanIdOf(ROOT, { ...CALL, ...other }));
    equal(new Set(ids).size, ids.length);
  });

  it('of 200,000 names and parents, each differing in one bit, do not collide', () => {
    const ids = new Set<string>();
    for (let n = 0; n < 200_000; n++) {
      const parentSpanId = (n >>> 10).toString(16).padStart(16, '0');
      ids.add(spanIdOf(ROOT, { name: `item ${n & 1_023}`, parentSpanId, scope: 'user', which: 'n1' }));
    }
    equal(ids.size, 200_000);
  });

  it("draw nothing from the user's random sequence", () => {
    const random = Math.random;
    Math.random = () => {
      throw new Error('drawn');
    };
    try {
      take(10, ROOT);
    } finally {
      Math.random = random;
    }
  });
});
