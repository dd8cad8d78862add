/** The `ioredis` of the environment: an alias, or a module's path, as `IOREDIS` has it; the newest without it. */
import * as newest from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import type { RedisConnection } from 'temporal-job-tracing';

type Constructor = new (...args: never[]) => RedisConnection;

/** The types of both majors fit our options. */
const INSTALLED = { newest, 'ioredis-5': ioredis5 } satisfies Record<
  string,
  { Redis: Constructor; Cluster: Constructor }
>;

const name = process.env.IOREDIS ?? 'newest';
const asked: typeof newest =
  name === 'newest' || name === 'ioredis-5' ? (INSTALLED[name] as unknown as typeof newest) : require(name);

export const { Cluster } = asked;
/** Until 5.2 the module itself is the class, and has no export of this name. */
export const Redis = asked.Redis ?? (asked as unknown as typeof newest.Redis);
export type Redis = newest.Redis;
export type Cluster = newest.Cluster;
