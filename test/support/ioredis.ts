/** The major version of `ioredis` that the environment asks for (`IOREDIS=5`), the newest without it. */
import * as newest from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import type { RedisConnection } from 'temporal-job-tracing';

type Constructor = new (...args: never[]) => RedisConnection;

/** The types of both fit our options. */
const VERSIONS = { newest, 5: ioredis5 } satisfies Record<
  string,
  { Redis: Constructor; Cluster: Constructor }
>;

const asked = VERSIONS[process.env.IOREDIS === '5' ? 5 : 'newest'];

export const { Redis, Cluster } = asked as unknown as typeof newest;
export type Redis = newest.Redis;
export type Cluster = newest.Cluster;
