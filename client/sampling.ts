/**
 * The sampling policy for operators: read, changed and explained while workers run.
 *
 * The same can be done with `redis-cli`; docs/live-policy.md shows both side by side. Rules are checked before
 * they are written, and a concurrent change is never overwritten.
 */
import { A_PATTERN, isPattern } from '../core/job-pattern';
import { defined } from '../core/util/defined';
import { checkNames, OptionError, optionError } from '../core/util/option-error';
import { explainRule, type SamplingExplanation } from '../sampling/explain';
import { resolvePolicy, type SamplingPolicy } from '../sampling/policy';
import { checkConnection, describeError, type RedisConnection } from '../sampling/redis/connection';
import {
  type KeySpace,
  keySpace,
  type PolicyReading,
  policyReading,
  readCommand,
  revisionOf,
  writeCommand,
} from '../sampling/redis/key-space';
import {
  AN_AUTHOR,
  formatLiveRule,
  isAuthor,
  type LiveRule,
  parseEntry,
  parseLiveRule,
  ruleAt,
} from '../sampling/redis/live-rule';
import { within } from '../sampling/redis/within';
import { resolveRule, type SamplingOptions, type SamplingRule } from '../sampling/rule';
import { samplingConflict } from './errors';

export interface SamplingClientOptions {
  /**
   * An `ioredis` connection: `Redis` (also with Sentinels) or `Cluster`. The caller closes it. Without it
   * only `explain` works, from the option `sampling`.
   */
  readonly redis?: RedisConnection | undefined;
  /**
   * Prefix of all Redis keys, written in braces; the same as in `redisPolicyStore`.
   *
   * @default 'job-tracing'
   */
  readonly redisPrefix?: string | undefined;
  /** The workers' option `sampling`, for `explain` where Redis has no rule. @default none */
  readonly sampling?: SamplingOptions | undefined;
  /** Author recorded with rules that `set` writes without `by`. @default none */
  readonly identity?: string | undefined;
}

/** The sampling rules in Redis at one revision. Frozen. */
export interface LivePolicy {
  /** Revision of the policy, for `expectedRevision`. */
  readonly revision: number;
  /** The rules in force, by job name or pattern. */
  readonly rules: ReadonlyMap<string, LiveRule>;
  /** Why each invalid rule is ignored, by job name or pattern. */
  readonly problems: ReadonlyMap<string, string>;
}

/** A sampling rule that may expire. */
export interface TemporaryRule extends SamplingRule {
  /**
   * Time at which the rule expires: a future `Date`, or an ISO 8601 string with a time zone.
   *
   * @default never
   */
  readonly until?: Date | string;
}

export interface SamplingChangeOptions {
  /** Author of the change, stored with the rule. @default the Temporal client's identity */
  readonly by?: string;
  /**
   * Revision that the change is based on, from `get`; if the policy has changed since, nothing is written.
   */
  readonly expectedRevision?: number;
}

export interface SamplingChange {
  readonly revision: number;
  /** The rule that was in force before; left out if there was none. */
  readonly replaced?: LiveRule;
}

const SUBJECT = 'SamplingClient';
const NAMES = Object.keys({
  redis: true,
  redisPrefix: true,
  sampling: true,
  identity: true,
} satisfies Record<keyof Required<SamplingClientOptions>, true>);
const TIMEOUT_MS = 5_000;
/** Latest time at which a rule can expire, in milliseconds since the epoch. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31);
/** Attempts at a change: another writer may come between reading and writing, but hardly this often. */
const MAX_TRIES = 5;

/** Reads and changes the sampling policy in Redis; each call to Redis times out after 5 seconds. */
export class SamplingClient {
  readonly #redis: RedisConnection | undefined;
  readonly #keys: KeySpace;
  /** The workers' option `sampling`; `undefined` if it was not passed. */
  readonly #optionPolicy: SamplingPolicy | undefined;
  readonly #identity: string | undefined;

  /** @throws {OptionError} with the option's name, the expectation and the value */
  constructor(options: SamplingClientOptions) {
    checkNames(SUBJECT, options, NAMES);
    const { redis, redisPrefix, sampling, identity } = options;
    this.#redis = redis === undefined ? undefined : checkConnection(SUBJECT, redis);
    this.#keys = keySpace(SUBJECT, redisPrefix);
    this.#optionPolicy = sampling === undefined ? undefined : resolvePolicy(sampling, 'sampling', SUBJECT);
    this.#identity = identity;
  }

  /**
   * Returns the sampling rules in Redis.
   *
   * @throws {Error} if Redis refuses or does not answer, or if its revision is not an integer
   */
  async get(): Promise<LivePolicy> {
    const reading = await this.#read();
    return policyAt(reading, this.#revisionIn(reading), Date.now());
  }

  /**
   * Writes a rule for a job name or pattern; every worker applies it within 2 seconds.
   *
   * @param rule the rule; with `until` it expires then, and the rule that it replaced is in force again
   * @throws {OptionError} that names the problem with the rule; nothing is written
   * @throws {SamplingConflictError} if the policy is no longer at `expectedRevision`, or if others keep
   *   changing it
   */
  async set(
    job: string,
    rule: number | TemporaryRule,
    options: SamplingChangeOptions = {},
  ): Promise<SamplingChange> {
    checkJob(job);
    const { until, ...written } = ruleObject(job, rule);
    const by = options.by ?? this.#identity;
    if (by !== undefined && !isAuthor(by)) throw optionError(ruleNamed(job), 'by', AN_AUTHOR, by);
    const now = new Date();
    const base = defined({
      written,
      at: now,
      by,
      until: until === undefined ? undefined : timeOf(job, until),
    });
    const proposed = storedRule(job, formatLiveRule(base));
    if (proposed.until !== undefined && proposed.until <= now)
      throw optionError(ruleNamed(job), 'until', 'a future time', proposed.until);
    return this.#write(job, proposed, options.expectedRevision, (current) => {
      const afterwards = proposed.until && permanent(current);
      return formatLiveRule({ ...base, ...defined({ afterwards }) });
    });
  }

  /**
   * Removes the rule of a job name or pattern, and the rule that would follow when it expires. Does nothing
   * if there is none.
   *
   * @throws {SamplingConflictError} if the policy is no longer at `expectedRevision`, or if others keep
   *   changing it
   */
  async unset(
    job: string,
    options: Pick<SamplingChangeOptions, 'expectedRevision'> = {},
  ): Promise<SamplingChange> {
    checkJob(job);
    return this.#write(job, undefined, options.expectedRevision, () => '');
  }

  /**
   * Returns which rule currently applies to a job, and why: from Redis and the option `sampling`.
   *
   * @throws {OptionError} without both `redis` and `sampling`, since no policy is known
   */
  async explain(jobName: string): Promise<SamplingExplanation> {
    const hasOptionsAlone = this.#redis === undefined && this.#optionPolicy !== undefined;
    const rules = hasOptionsAlone ? new Map<string, LiveRule>() : (await this.get()).rules;
    return explainRule(this.#optionPolicy ?? resolvePolicy(), rules, jobName);
  }

  async #write(
    job: string,
    proposed: LiveRule | undefined,
    expectedRevision: number | undefined,
    textFor: (current: LiveRule | undefined) => string,
  ): Promise<SamplingChange> {
    for (let tries = 1; ; tries++) {
      const reading = await this.#read();
      const revision = this.#revisionIn(reading);
      const current = reading.texts?.get(job) ?? '';
      const stored = storedOf(current);
      const inForce = ruleAt(stored, Date.now());
      if (tries > MAX_TRIES || (expectedRevision !== undefined && expectedRevision !== revision))
        throw samplingConflict({
          job,
          revision,
          ...defined({ expectedRevision, current: inForce, proposed }),
        });
      const read = { revision: reading.revision ?? '0', text: current };
      const written = await this.#evaluate(writeCommand(this.#keys, read, job, textFor(stored)));
      if (written !== null)
        return Object.freeze({ revision: Number(written), ...defined({ replaced: inForce }) });
    }
  }

  /** Returns the revision. @throws {Error} if it is not an integer: then no worker accepts the policy either */
  #revisionIn(reading: PolicyReading): number {
    const revision = revisionOf(reading);
    if (revision !== undefined) return revision;
    const { revision: key } = this.#keys;
    throw new Error(
      `sampling: ${key} holds '${reading.revision}', which is not an integer, so workers ignore the rules; set it to the ` +
        'time in milliseconds, as docs/live-policy.md describes',
    );
  }

  async #read(): Promise<PolicyReading> {
    return policyReading(await this.#evaluate(readCommand(this.#keys, '')));
  }

  async #evaluate(args: readonly string[]): Promise<unknown> {
    const redis = this.#redis;
    if (redis === undefined)
      throw optionError(
        SUBJECT,
        'redis',
        'an ioredis connection to the Redis with the sampling policy',
        redis,
      );
    try {
      return await within(TIMEOUT_MS, redis.call('EVAL', ...args));
    } catch (error) {
      throw new Error(`sampling: the command to Redis failed: ${describeError(error)}`, { cause: error });
    }
  }
}

function policyAt(reading: PolicyReading, revision: number, now: number): LivePolicy {
  const rules = new Map<string, LiveRule>();
  const problems = new Map<string, string>();
  for (const [pattern, text] of reading.texts ?? []) {
    const parsed = parseEntry(pattern, text);
    const rule = 'stored' in parsed ? ruleAt(parsed.stored, now) : undefined;
    if (rule !== undefined) rules.set(pattern, rule);
    if ('problem' in parsed) problems.set(pattern, parsed.problem);
  }
  return Object.freeze({ revision, rules, problems });
}

/** Returns the rule that remains when all temporary rules have expired. */
function permanent(stored: LiveRule | undefined): LiveRule | undefined {
  return ruleAt(stored, Number.POSITIVE_INFINITY);
}

/** Returns the stored rule; `undefined` for an invalid one, which may be overwritten. */
function storedOf(text: string): LiveRule | undefined {
  const parsed = parseLiveRule(text);
  return 'stored' in parsed ? parsed.stored : undefined;
}

/** Returns the rule as an object, checked before JSON turns a NaN into `null`. */
function ruleObject(job: string, rule: number | TemporaryRule): TemporaryRule {
  const { until, ...written } = typeof rule === 'number' ? { ratio: rule } : { ...rule };
  resolveRule(ruleNamed(job), '', typeof rule === 'object' && rule !== null ? written : rule);
  return { ...written, ...defined({ until }) };
}

/** Returns a rule as workers will read it. @throws {OptionError} if they would ignore it */
function storedRule(job: string, text: string): LiveRule {
  const parsed = parseLiveRule(text);
  if ('stored' in parsed) return parsed.stored;
  const subject = ruleNamed(job);
  const message = `${subject}: ${parsed.problem}`;
  throw new OptionError(message, { subject, option: 'rule', expectation: 'a rule that workers accept' });
}

function ruleNamed(job: string): string {
  return `sampling rule '${job}'`;
}

function checkJob(job: string): void {
  if (!isPattern(job)) throw optionError('sampling rule', 'job', A_PATTERN, job);
}

function timeOf(job: string, until: Date | string): Date {
  const time =
    until instanceof Date ? until : new Date(/(Z|[+-]\d\d:?\d\d)$/.test(until) ? until : Number.NaN);
  // Beyond the year 9999, ISO 8601 has another form.
  if (!(time.getTime() <= MAX_TIME_MS))
    throw optionError(ruleNamed(job), 'until', 'a Date or an ISO time with its zone', until);
  return time;
}
