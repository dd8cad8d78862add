/** Policy stores that record their log lines and are closed after the test. */
import type { TestContext } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import { type PolicyStore, type RedisPolicyStoreOptions, redisPolicyStore } from 'temporal-job-tracing';
import { ruleFor } from '../../sampling/match.js';
import { resolvePolicy } from '../../sampling/policy.js';
import { until } from '../../testing/until.js';
import { Redis } from './ioredis.js';

/** The policy of the plugin option `sampling` in these tests. */
export const FALLBACK = resolvePolicy({ default: 0.5 });

export interface StoreUnderTest {
  readonly store: PolicyStore;
  /** Log lines, as `warn …` and `info …`. */
  readonly lines: string[];
  /** Returns the ratio that is in force for the job. */
  ratio(job: string): number;
}

interface ConnectionOptions {
  readonly keyPrefix?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly rejectUnauthorized?: boolean };
}

/** Returns a client that never connects; stores duplicate it. */
export function connectionTo(port: number, options: ConnectionOptions = {}): Redis {
  return new Redis(port, '127.0.0.1', { lazyConnect: true, ...options });
}

export function startStore(t: TestContext, options: RedisPolicyStoreOptions): StoreUnderTest {
  const store = redisPolicyStore(options);
  const lines: string[] = [];
  const record = (level: string) => (message: string) => {
    lines.push(`${level} ${message.replace('temporal-job-tracing: ', '')}`);
  };
  store.start({ warn: record('warn'), info: record('info') }, FALLBACK);
  t.after(() => store.close());
  return { store, lines, ratio: (job) => ruleFor(store.current(), job).rule.ratio };
}

/** Waits until the values are equal; returns how long that took, in milliseconds. */
export async function eventually<T>(actual: () => T, expected: T, within = 10_000): Promise<number> {
  const start = performance.now();
  const says = () => `expected ${inspect(expected)}, got ${inspect(actual())}`;
  await until(() => isDeepStrictEqual(actual(), expected), { within, says });
  return performance.now() - start;
}
