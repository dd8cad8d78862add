/** The `ioredis` that the environment variable `IOREDIS` names: an alias, or a module's path. @default the newest */
import * as newest from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import type { RedisConnection } from 'temporal-job-tracing';

type Constructor = new (...args: never[]) => RedisConnection;

/** Both major versions have types that the plugin's options accept. */
const INSTALLED = { newest, 'ioredis-5': ioredis5 } satisfies Record<
  string,
  { Redis: Constructor; Cluster: Constructor }
>;

const name = process.env.IOREDIS ?? 'newest';
const loaded: typeof newest =
  name === 'newest' || name === 'ioredis-5' ? (INSTALLED[name] as unknown as typeof newest) : require(name);

export const { Cluster } = loaded;
/** Up to version 5.2, the module itself is the class, without an export of this name. */
export const Redis = loaded.Redis ?? (loaded as unknown as typeof newest.Redis);
export type Redis = newest.Redis;
export type Cluster = newest.Cluster;
