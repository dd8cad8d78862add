/** Policy stores of the tests: with a log that remembers, and closed after the test. */
import type { TestContext } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import { type PolicyStore, type RedisPolicyStoreOptions, redisPolicyStore } from 'temporal-job-tracing';
import { ruleFor } from '../../sampling/match.js';
import { resolvePolicy } from '../../sampling/policy.js';
import { until } from '../../testing/until.js';
import { Redis } from './ioredis.js';

/** What the plugin's option `sampling` says in these tests. */
export const FALLBACK = resolvePolicy({ default: 0.5 });

export interface StoreUnderTest {
  readonly store: PolicyStore;
  /** Lines as `warn …` and `info …`. */
  readonly lines: string[];
  /** The ratio that holds for the job now. */
  ratio(job: string): number;
}

interface ConnectionOptions {
  readonly keyPrefix?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly rejectUnauthorized?: boolean };
}

/** A connection that is never made: stores open their own. */
export function connectionTo(port: number, options: ConnectionOptions = {}): Redis {
  return new Redis(port, '127.0.0.1', { lazyConnect: true, ...options });
}

export function startStore(t: TestContext, options: RedisPolicyStoreOptions): StoreUnderTest {
  const store = redisPolicyStore(options);
  const lines: string[] = [];
  const note = (level: string) => (message: string) => {
    lines.push(`${level} ${message.replace('temporal-job-tracing: ', '')}`);
  };
  store.start({ warn: note('warn'), info: note('info') }, FALLBACK);
  t.after(() => store.close());
  return { store, lines, ratio: (job) => ruleFor(store.current(), job).rule.ratio };
}

/** Waits until the values are equal, and says how long that took, in milliseconds. */
export async function eventually<T>(actual: () => T, expected: T, within: number): Promise<number> {
  const start = performance.now();
  const says = () => `expected ${inspect(expected)}, got ${inspect(actual())}`;
  await until(() => isDeepStrictEqual(actual(), expected), { within, says });
  return performance.now() - start;
}
