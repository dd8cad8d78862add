/**
 * The adapter of the port {@link PolicyStore} for Redis: a policy that operators change while workers run.
 *
 * 1. polls Redis at a steady pace, and at once when a message announces a change
 * 2. passes readings to the live policy, which accepts or rejects them
 * 3. counts reservoirs and caps, and shares marks of slow runs, for all workers
 *
 * No run ever waits for Redis: every answer comes from memory, and no fault of Redis throws or rejects here.
 */
import type { Logger } from '@temporalio/common';
import { createEdgeLog, type EdgeLog } from '../../core/util/edge-log';
import { checkNames, optionError } from '../../core/util/option-error';
import { suppressed } from '../../core/util/suppressed';
import { resolvePolicy, type SamplingPolicy } from '../policy';
import type { PolicyStore } from '../policy-store';
import type { WindowCounter } from '../windows';
import {
  checkConnection,
  createLink,
  describeError,
  isNotPrimary,
  isReplyError,
  type RedisConnection,
  type RedisLink,
} from './connection';
import { createFleetCounter, type Send } from './fleet-counter';
import { type KeySpace, keySpace, policyReading, readCommand } from './key-space';
import { createLivePolicy, type LivePolicy } from './live-policy';
import { createSlowMarks, type SlowMarks } from './slow-marks';
import { within } from './within';

export interface RedisPolicyStoreOptions {
  /**
   * An `ioredis` connection to copy: `Redis` (also with Sentinels) or `Cluster`. The store opens its own
   * connections, so this one may have `lazyConnect: true`; it is never closed by the store.
   */
  readonly redis: RedisConnection;
  /** Prefix of all Redis keys, written in braces. @default 'job-tracing' */
  readonly redisPrefix?: string;
  /**
   * Longest interval between two polls of Redis, in milliseconds, 200 to 60,000. It bounds the delay of a
   * change even if messages are lost; Redis must answer within two thirds of it (and within 5 seconds).
   *
   * @default 1500
   */
  readonly pollIntervalMs?: number;
  /**
   * How long a policy stays in force without confirmation by Redis, in milliseconds, 1,000 to 604,800,000 (7
   * days); after that the plugin's option `sampling` applies.
   *
   * @default 900000
   */
  readonly maxAgeMs?: number;
}

const SUBJECT = 'redisPolicyStore';
const NAMES = Object.keys({
  redis: true,
  redisPrefix: true,
  pollIntervalMs: true,
  maxAgeMs: true,
} satisfies Record<keyof Required<RedisPolicyStoreOptions>, true>);
/** Including the round trip, a change reaches all workers within 2 seconds, even if messages are lost. */
const DEFAULT_POLL_INTERVAL_MS = 1_500;
const DEFAULT_MAX_AGE_MS = 15 * 60 * 1_000;
const MAX_AGE_LIMIT_MS = 7 * 24 * 60 * 60 * 1_000;
const MAX_TIMEOUT_MS = 5_000;
/** Shortest pause between polls that messages trigger, in milliseconds. */
const MIN_PAUSE_MS = 50;
/** Shortest interval, in milliseconds, between reopenings of a link to a server that is not the primary. */
const REOPEN_MS = 10_000;

/**
 * Returns a policy store in Redis, for the plugin's option `policyStore`.
 *
 * @throws {OptionError} with the option's name, the expectation, the value and its type
 * @example
 * ```ts
 * const redis = new Redis(process.env.REDIS_URL, { lazyConnect: true });
 * new JobTracingPlugin({ policyStore: redisPolicyStore({ redis }) });
 * ```
 */
export function redisPolicyStore(options: RedisPolicyStoreOptions): PolicyStore {
  return new RedisPolicyStore(options);
}

/** Part of a log line: the effect of a Redis fault on sampling. */
const HOLDS = 'the last good policy holds, reservoirs and caps count for each worker';

class RedisPolicyStore implements PolicyStore {
  readonly counters: WindowCounter;
  readonly #redis: RedisConnection;
  readonly #keys: KeySpace;
  readonly #slowMarks: SlowMarks;
  readonly #pollIntervalMs: number;
  readonly #timeoutMs: number;
  readonly #maxAgeMs: number;
  #policy: LivePolicy;
  #log: EdgeLog | undefined;
  #link: RedisLink | undefined;
  /** Whether Redis answered the last poll. */
  #isUp = false;
  /** Whether the link leads to a server that is not the primary; a new link may lead to another server. */
  #isMisled = false;
  #reopenedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** The poll in progress. Never rejects. */
  #polling: Promise<void> | undefined;
  /** Whether a message has arrived since the poll in progress began. */
  #pollAgain = false;
  #isClosed = false;

  constructor(options: RedisPolicyStoreOptions) {
    checkNames(SUBJECT, options, NAMES);
    const { redis, redisPrefix, pollIntervalMs, maxAgeMs } = options;
    this.#redis = checkConnection(SUBJECT, redis);
    this.#keys = keySpace(SUBJECT, redisPrefix);
    this.#pollIntervalMs = milliseconds(
      'pollIntervalMs',
      pollIntervalMs ?? DEFAULT_POLL_INTERVAL_MS,
      200,
      60_000,
    );
    this.#timeoutMs = Math.min(MAX_TIMEOUT_MS, (this.#pollIntervalMs * 2) / 3);
    this.#maxAgeMs = milliseconds('maxAgeMs', maxAgeMs ?? DEFAULT_MAX_AGE_MS, 1_000, MAX_AGE_LIMIT_MS);
    this.#policy = createLivePolicy({ fallback: resolvePolicy(), maxAgeMs: this.#maxAgeMs });
    const send: Send = (args) => this.#send(args);
    this.#slowMarks = createSlowMarks(send, this.#keys);
    this.counters = createFleetCounter(send, this.#keys.windows);
  }

  current(): SamplingPolicy {
    return this.#policy.current();
  }

  markSlow(jobName: string): void {
    this.#slowMarks.mark(jobName);
  }

  wasSlow(jobName: string): boolean {
    return this.#slowMarks.take(jobName);
  }

  start(log: Pick<Logger, 'info' | 'warn'>, fallback: SamplingPolicy): void {
    if (this.#log !== undefined) return;
    this.#isClosed = false;
    const edges = createEdgeLog(log);
    this.#log = edges;
    this.#policy = createLivePolicy({ fallback, maxAgeMs: this.#maxAgeMs });
    suppressed(() => this.#poll(edges));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isUp = false;
    this.#log = undefined;
    clearTimeout(this.#timer);
    this.#link?.close();
    this.#link = undefined;
    await this.#polling;
  }

  /** Polls Redis, then schedules the next poll, at a steady pace, so that a recovery is noticed in time. */
  #poll(log: EdgeLog): void {
    const startedAt = performance.now();
    this.#pollAgain = false;
    this.#polling = this.#refresh(log).finally(() => {
      this.#polling = undefined;
      const paceMs = this.#pollAgain ? 0 : this.#pollIntervalMs * (0.75 + 0.2 * Math.random());
      this.#plan(log, Math.max(MIN_PAUSE_MS, startedAt + paceMs - performance.now()));
    });
  }

  /** Schedules the next poll, unless the store is closed. */
  #plan(log: EdgeLog, pauseMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#poll(log), pauseMs);
    this.#timer.unref();
  }

  /** Polls soon, since the policy has changed. */
  #onMessage(log: EdgeLog): void {
    if (this.#pollAgain) return;
    this.#pollAgain = true;
    // Spread out, so that workers do not all poll in the same millisecond.
    if (this.#polling === undefined) this.#plan(log, MIN_PAUSE_MS * Math.random());
  }

  /** Reads the policy from Redis. Never rejects. */
  async #refresh(log: EdgeLog): Promise<void> {
    try {
      await within(this.#timeoutMs, this.#read(log));
    } catch (error) {
      const why = this.#link?.lastError() ?? describeError(error);
      this.#isUp = false;
      if (isNotPrimary(error)) {
        this.#isMisled = true;
      } else {
        this.#link?.close();
        this.#link = undefined;
      }
      if (!this.#isClosed)
        log.begin('policy', `the sampling policy in Redis cannot be read: ${why}; ${HOLDS}`);
    }
    if (this.#policy.expire()) {
      log.begin(
        'age',
        "the sampling policy from Redis is too old, the plugin's option sampling holds instead",
      );
    }
  }

  /** Reads the policy and subscribes to messages. Rejects if Redis does not reply. */
  async #read(log: EdgeLog): Promise<void> {
    const link = await this.#opened(log);
    const reading = policyReading(await link.evaluate(readCommand(this.#keys, this.#policy.digest())));
    if (link !== this.#link || this.#isClosed) return;
    this.#isUp = true;
    this.#slowMarks.replace(reading.slow);
    const problem = this.#policy.accept(reading);
    if (problem === undefined) {
      log.end('policy', 'the sampling policy in Redis is read again');
      log.end('age', 'the sampling policy from Redis holds again');
      logProblems(log, this.#policy.problems());
    } else {
      log.begin(
        'policy',
        `the sampling policy in Redis is not accepted: ${problem}; the last good policy holds`,
      );
    }
    link.subscribe().then(
      () => log.end('channel', 'messages about changes of the sampling policy arrive again'),
      (error) => {
        if (this.#isClosed || link !== this.#link) return;
        const message = `no messages about changes of the sampling policy: ${describeError(error)}; they are polled`;
        log.begin('channel', message);
      },
    );
  }

  /** Returns an open link; replaces a lost one, and one to a server that is not the primary. */
  async #opened(log: EdgeLog): Promise<RedisLink> {
    const mayReopen = this.#isMisled && performance.now() - this.#reopenedAt >= REOPEN_MS;
    if (this.#link !== undefined && !this.#link.isLost() && !mayReopen) return this.#link;
    if (mayReopen) this.#reopenedAt = performance.now();
    this.#isMisled = false;
    this.#link?.close();
    const link = createLink(this.#redis, this.#keys.changed, this.#timeoutMs, () => this.#onMessage(log));
    this.#link = link;
    await link.open();
    return link;
  }

  /** Sends a script; returns `undefined` if Redis is not connected. */
  #send(args: readonly string[]): Promise<unknown> | undefined {
    const [link, log] = [this.#link, this.#log];
    if (!this.#isUp || link === undefined || link.isLost() || log === undefined) return undefined;
    return suppressed(() => link.evaluate(args)).then(
      (reply) => {
        if (link === this.#link) this.#isMisled = false;
        log.end('counts', 'reservoirs, caps and marks of slow runs are shared through Redis again');
        return reply;
      },
      (error) => {
        // Retried after the next poll, which reports a lost connection.
        if (link === this.#link) {
          this.#isUp = false;
          this.#isMisled ||= isNotPrimary(error);
        }
        if (isReplyError(error)) {
          const message = `reservoirs, caps and marks of slow runs count for each worker: ${describeError(error)}`;
          log.begin('counts', message);
        }
        throw error;
      },
    );
  }
}

/** Logs each problem with a rule when it begins and when it ends. */
function logProblems(log: EdgeLog, problems: ReadonlyMap<string, string>): void {
  for (const [pattern, problem] of problems) {
    const message = `the sampling rule '${pattern}' in Redis is ignored, its last good one holds: ${problem}`;
    log.begin(`rule:${pattern}`, message, problem);
  }
  for (const key of log.begun()) {
    const pattern = key.startsWith('rule:') ? key.slice('rule:'.length) : undefined;
    if (pattern !== undefined && !problems.has(pattern)) {
      log.end(key, `the sampling rule '${pattern}' in Redis is valid again`);
    }
  }
}

function milliseconds(name: string, value: number, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw optionError(SUBJECT, name, `milliseconds from ${min} to ${max}`, value);
}
