/**
 * The one file that knows `ioredis`: a link of our own to the Redis that the user's connection points to.
 *
 * The user's connection is a pattern only: with its defaults a command may wait for ever behind 20 retries and an
 * offline queue. Ours fail at once and never connect again by themselves; whoever holds a link that is lost opens
 * another.
 */
import { optionError } from '../../core/util/option-error';
import { within } from './within';

/**
 * A connection of `ioredis` 5 or 6: `Redis`, also with Sentinels, or `Cluster`. Only its shape is named here, so that
 * our types need no `ioredis`.
 */
export interface RedisConnection {
  readonly isCluster: boolean;
  readonly options: {
    readonly keyPrefix?: string | undefined;
    readonly redisOptions?: { readonly keyPrefix?: string | undefined } | undefined;
  };
  call(command: string, ...args: string[]): Promise<unknown>;
  duplicate(...args: never[]): RedisConnection;
}

/** What a duplicate can do besides. */
interface OwnConnection extends RedisConnection {
  duplicate(options: object): OwnConnection;
  duplicate(nodes: readonly [], options: object): OwnConnection;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  connect(): Promise<void>;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): void;
}

export interface RedisLink {
  /** Resolves when commands can be sent. Call it once. */
  open(): Promise<void>;
  /** Listens to the channel unless that is done already. Rejects when it cannot, though there is a connection. */
  subscribe(): Promise<void>;
  /** Sends `EVAL` with these arguments. Rejects at once without a connection; without an answer when closed. */
  evaluate(args: readonly string[]): Promise<unknown>;
  isLost(): boolean;
  /** What went wrong with the connection last, in a few words: more than a command's own error knows. */
  lastError(): string | undefined;
  /** At once; what is under way rejects. */
  close(): void;
}

/** How long a peer that does not answer may keep a closed connection open. */
const DISCONNECT_MS = 100;

/** @throws {OptionError} of `subject` if it is not a connection of ioredis, or writes under other keys than the documented ones */
export function checkConnection(subject: string, redis: RedisConnection): RedisConnection {
  if (typeof redis?.call !== 'function' || typeof redis.duplicate !== 'function') {
    throw optionError(subject, 'redis', "a Redis or Cluster of 'ioredis'", redis);
  }
  const { keyPrefix = redis.options?.redisOptions?.keyPrefix } = redis.options ?? {};
  if (keyPrefix)
    throw optionError(
      subject,
      'redis',
      "a connection without keyPrefix (use the option 'redisPrefix')",
      keyPrefix,
    );
  return redis;
}

/** A link that is not open yet. `onMessage` is called for every message on the channel. */
export function createLink(
  redis: RedisConnection,
  channel: string,
  timeoutMs: number,
  onMessage: () => void,
): RedisLink {
  let isLost = false;
  let lastError: string | undefined;
  let subscribing: Promise<unknown> | undefined;
  let hasFailed = false;
  const commands = duplicate(redis, timeoutMs);
  // A cluster has a connection of its own for subscriptions.
  const subscriber = redis.isCluster ? commands : duplicate(redis, timeoutMs);
  commands.on('error', (error) => {
    lastError = describeError(error);
  });
  commands.on('end', () => {
    isLost = true;
  });
  if (subscriber !== commands) {
    subscriber.on('error', () => {
      // Told by the promise of `subscribe`.
    });
    subscriber.on('end', () => {
      subscribing = undefined;
    });
  }
  subscriber.on('message', onMessage);

  async function listen(): Promise<void> {
    if (subscriber !== commands) await subscriber.connect();
    await subscriber.subscribe(channel);
  }

  return {
    open: () => commands.connect(),
    async subscribe() {
      subscribing ??= within(timeoutMs, listen());
      try {
        await subscribing;
      } catch (error) {
        subscribing = undefined;
        if (subscriber !== commands) subscriber.disconnect();
        // The first time it may be the end of all connections, which the next command tells.
        if (hasFailed || isReplyError(error)) throw error;
        hasFailed = true;
      }
    },
    evaluate: (args) => commands.call('EVAL', ...args),
    isLost: () => isLost,
    lastError: () => lastError,
    close() {
      isLost = true;
      commands.disconnect();
      if (subscriber !== commands) subscriber.disconnect();
    },
  };
}

/** One line about anything thrown; never the error itself, which may hold a password. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const { lastNodeError } = error as { readonly lastNodeError?: unknown };
  const { code } = error as { readonly code?: unknown };
  const message = error.message || (typeof code === 'string' ? code : error.name);
  return (lastNodeError instanceof Error ? `${message} (${lastNodeError.message})` : message).slice(0, 200);
}

/** Whether Redis itself said no, as in `READONLY`, `WRONGTYPE` or `NOPERM`. */
export function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * What a server says that is not, or not yet, the primary in its right mind. A script's error has it inside its text
 * before Redis 7.
 */
const NOT_PRIMARY = /\b(READONLY|MASTERDOWN|LOADING|MISCONF)\b/;

/** Whether another server may be the right one by now: a new connection may lead there where the old one does not. */
export function isNotPrimary(error: unknown): boolean {
  return isReplyError(error) && NOT_PRIMARY.test(describeError(error));
}

function duplicate(redis: RedisConnection, timeoutMs: number): OwnConnection {
  const pattern = redis as OwnConnection;
  const each = {
    connectTimeout: timeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    sentinelCommandTimeout: timeoutMs,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    // Nobody awaits what ioredis subscribes by itself: refused or broken off, it would end the process.
    autoResubscribe: false,
    enableAutoPipelining: false,
    maxRetriesPerRequest: 0,
    // The form of replies that every Redis knows.
    protocol: 2,
    stringNumbers: false,
    monitor: false,
    reconnectOnError: null,
    commandTimeout: undefined,
    socketTimeout: undefined,
  };
  const never = () => null;
  const whole = { lazyConnect: true, enableOfflineQueue: false, enableReadyCheck: false };
  return redis.isCluster
    ? pattern.duplicate([], {
        ...whole,
        clusterRetryStrategy: never,
        enableAutoPipelining: false,
        scaleReads: 'master',
        shardedSubscribers: false,
        slotsRefreshTimeout: timeoutMs,
        redisOptions: each,
      })
    : pattern.duplicate({ ...each, ...whole, retryStrategy: never, sentinelRetryStrategy: never });
}
