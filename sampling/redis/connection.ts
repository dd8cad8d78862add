/**
 * The only file that depends on `ioredis`: a link of our own to the Redis that the user's connection points
 * to.
 *
 * The user's connection is only a template: with its defaults a command may wait forever behind 20 retries
 * and an offline queue. Ours fail at once and never reconnect by themselves; the owner of a lost link opens
 * another.
 */
import { optionError } from '../../core/util/option-error';
import { within } from './within';

/**
 * A connection of `ioredis` 5 or 6: `Redis`, also with Sentinels, or `Cluster`. Declared structurally, so
 * that the types do not depend on `ioredis`.
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

/** A duplicate of the user's connection, with the further methods that are called on it. */
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
  /**
   * Subscribes to the channel unless it is already subscribed. Rejects if that fails on an open connection.
   */
  subscribe(): Promise<void>;
  /**
   * Sends `EVAL` with these arguments. Rejects at once without a connection; without an answer when closed.
   */
  evaluate(args: readonly string[]): Promise<unknown>;
  isLost(): boolean;
  /** Returns the connection's last error in a few words; a command's own error has less detail. */
  lastError(): string | undefined;
  /** Closes the link at once; pending calls reject. */
  close(): void;
}

/** How long a peer that does not answer may keep a closed connection open, in milliseconds. */
const DISCONNECT_MS = 100;

/**
 * Checks the user's connection.
 *
 * @throws {OptionError} of `subject` if it is not an ioredis connection, or would write under other keys than
 *   documented
 */
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

/** Returns a link that is not open yet; `onMessage` is called for every message on the channel. */
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
      // Reported by the promise of `subscribe`.
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
        // The first time, all connections may have ended, which the next command shows.
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

/** Returns one line about a thrown value; never the error itself, which may contain a password. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const { lastNodeError } = error as { readonly lastNodeError?: unknown };
  const { code } = error as { readonly code?: unknown };
  const message = error.message || (typeof code === 'string' ? code : error.name);
  return (lastNodeError instanceof Error ? `${message} (${lastNodeError.message})` : message).slice(0, 200);
}

/** Whether the error is a reply of Redis itself, such as `READONLY`, `WRONGTYPE` or `NOPERM`. */
export function isReplyError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * Matches the error codes of a server that is not, or not yet, a working primary. Before Redis 7, a script's
 * error has the code within its message.
 */
const NOT_PRIMARY = /\b(READONLY|MASTERDOWN|LOADING|MISCONF)\b/;

/** Whether the server is not the primary (any more), so that a new connection may reach another one. */
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
    // Nothing awaits ioredis's own resubscription: if it were refused or interrupted, it would end the
    // process.
    autoResubscribe: false,
    enableAutoPipelining: false,
    maxRetriesPerRequest: 0,
    // The reply format that every Redis version supports.
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
