/**
 * The sampling policy for operators: read, changed and explained while the workers run.
 *
 * Whatever it does can be done with `redis-cli` as well; docs/sampling.md shows both side by side. Nothing is
 * written before it is checked, and nothing is overwritten unseen.
 */
import { A_PATTERN, isPattern } from '../core/job-pattern';
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
  formatLiveRule,
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
   * A `Redis` (also with Sentinels) or `Cluster` of `ioredis`; yours to close. Without it there is only `explain`, by the
   * option `sampling`.
   */
  readonly redis?: RedisConnection | undefined;
  /** Prefix of all keys, in braces, as in `redisPolicyStore`. @default 'job-tracing' */
  readonly redisPrefix?: string | undefined;
  /** What the workers' option `sampling` says, for `explain` where Redis has no rule. @default none */
  readonly sampling?: SamplingOptions | undefined;
  /** Who writes rules, unless `set` is told. @default none */
  readonly identity?: string | undefined;
}

/** The rules in Redis. Frozen. */
export interface LivePolicy {
  /** For `expectedRevision`. */
  readonly revision: number;
  /** The rules that hold now, by job name or pattern. */
  readonly rules: ReadonlyMap<string, LiveRule>;
  /** Why the others are ignored, by job name or pattern. */
  readonly problems: ReadonlyMap<string, string>;
}

/** A rule that holds until a time. */
export interface TemporaryRule extends SamplingRule {
  /** A `Date` in the future, or its ISO text with a zone. @default until it is changed */
  readonly until?: Date | string;
}

export interface SamplingChangeOptions {
  /** Who changes it, kept with the rule. @default the Temporal client's identity */
  readonly by?: string;
  /** Of the policy that the change is based on, from `get`; if it has changed since, nothing is written. */
  readonly expectedRevision?: number;
}

export interface SamplingChange {
  readonly revision: number;
  /** The rule that stood there and held; left out if there was none. */
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
/** Others may write between reading and writing; with so many it is no accident. */
const MAX_TRIES = 5;

/** Reads and changes the sampling policy in Redis, which has 5 seconds for each answer. */
export class SamplingClient {
  readonly #redis: RedisConnection | undefined;
  readonly #keys: KeySpace;
  /** The workers' option `sampling`, if it was given. */
  readonly #options: SamplingPolicy | undefined;
  readonly #identity: string | undefined;

  /** @throws {OptionError} that names the option, what is expected and what was given */
  constructor(options: SamplingClientOptions) {
    checkNames(SUBJECT, options, NAMES);
    const { redis, redisPrefix, sampling, identity } = options;
    this.#redis = redis === undefined ? undefined : checkConnection(SUBJECT, redis);
    this.#keys = keySpace(SUBJECT, redisPrefix);
    this.#options = sampling === undefined ? undefined : resolvePolicy(sampling, 'sampling', SUBJECT);
    this.#identity = identity;
  }

  /** The rules in Redis. */
  async get(): Promise<LivePolicy> {
    return policyAt(await this.#read(), Date.now());
  }

  /**
   * Writes a rule for a job name or pattern; every worker has it within 2 seconds.
   *
   * @param rule may end: after its `until`, a `Date` in the future or its ISO text with a zone, the rule that it replaced
   *   holds again
   * @throws {OptionError} that names what is wrong with the rule; nothing is written then
   * @throws {SamplingConflictError} if the policy is not at `expectedRevision` any more
   */
  async set(
    job: string,
    rule: number | TemporaryRule,
    options: SamplingChangeOptions = {},
  ): Promise<SamplingChange> {
    checkJob(job);
    const { until, ...written } = ruleObject(job, rule);
    const by = options.by ?? this.#identity;
    const now = new Date();
    const base = {
      written,
      at: now,
      ...(by !== undefined && { by }),
      ...(until !== undefined && { until: timeOf(job, until) }),
    };
    const wanted = checked(job, parseLiveRule(formatLiveRule(base))).stored;
    if (wanted.until !== undefined && wanted.until <= now) {
      throw optionError(ruleNamed(job), 'until', 'a future time', wanted.until);
    }
    return this.#write(job, wanted, options.expectedRevision, (current) => {
      const afterwards = wanted.until && permanent(current);
      return formatLiveRule({ ...base, ...(afterwards && { afterwards }) });
    });
  }

  /**
   * Removes the rule of a job name or pattern, with the one that would follow it; done if there is none.
   *
   * @throws {SamplingConflictError} if the policy is not at `expectedRevision` any more
   */
  async unset(
    job: string,
    options: Pick<SamplingChangeOptions, 'expectedRevision'> = {},
  ): Promise<SamplingChange> {
    checkJob(job);
    return this.#write(job, undefined, options.expectedRevision, () => '');
  }

  /**
   * Which rule applies to a job of this name now, and why: of those in Redis, and of the option `sampling`.
   *
   * @throws {OptionError} without `redis` and `sampling`: then no policy is known
   */
  async explain(jobName: string): Promise<SamplingExplanation> {
    const hasOptionsAlone = this.#redis === undefined && this.#options !== undefined;
    const rules = hasOptionsAlone ? new Map<string, LiveRule>() : (await this.get()).rules;
    return explainRule(this.#options ?? resolvePolicy(), rules, jobName);
  }

  async #write(
    job: string,
    wanted: LiveRule | undefined,
    expectedRevision: number | undefined,
    textFor: (current: LiveRule | undefined) => string,
  ): Promise<SamplingChange> {
    for (let tries = 1; ; tries++) {
      const reading = await this.#read();
      const revision = revisionOf(reading);
      const current = reading.texts?.get(job) ?? '';
      const stored = storedOf(current);
      const holds = ruleAt(stored, Date.now());
      if (revision === undefined) {
        throw new Error(
          `sampling: ${this.#keys.revision} holds '${reading.revision}', which is not an integer`,
        );
      }
      if (tries > MAX_TRIES || (expectedRevision !== undefined && expectedRevision !== revision)) {
        throw samplingConflict({
          job,
          revision,
          ...(expectedRevision !== undefined && { expectedRevision }),
          ...(holds && { current: holds }),
          ...(wanted && { wanted }),
        });
      }
      const read = { revision: reading.revision ?? '0', text: current };
      const written = await this.#evaluate(writeCommand(this.#keys, read, job, textFor(stored)));
      if (written !== null)
        return Object.freeze({ revision: Number(written), ...(holds && { replaced: holds }) });
    }
  }

  async #read(): Promise<PolicyReading> {
    return policyReading(await this.#evaluate(readCommand(this.#keys, '')));
  }

  async #evaluate(args: readonly string[]): Promise<unknown> {
    const redis = this.#redis;
    if (redis === undefined)
      throw optionError(SUBJECT, 'redis', 'a connection of ioredis, where the sampling policy is', redis);
    try {
      return await within(TIMEOUT_MS, redis.call('EVAL', ...args));
    } catch (error) {
      throw new Error(`sampling: Redis did not do it: ${describeError(error)}`, { cause: error });
    }
  }
}

function policyAt(reading: PolicyReading, now: number): LivePolicy {
  const rules = new Map<string, LiveRule>();
  const problems = new Map<string, string>();
  for (const [pattern, text] of reading.texts ?? []) {
    const parsed = parseEntry(pattern, text);
    const rule = 'stored' in parsed ? ruleAt(parsed.stored, now) : undefined;
    if (rule !== undefined) rules.set(pattern, rule);
    if ('problem' in parsed) problems.set(pattern, parsed.problem);
  }
  return Object.freeze({ revision: revisionOf(reading) ?? Number.NaN, rules, problems });
}

/** What holds once all that ends has ended. */
function permanent(stored: LiveRule | undefined): LiveRule | undefined {
  return ruleAt(stored, Number.POSITIVE_INFINITY);
}

/** A broken rule is nobody's: it may be overwritten. */
function storedOf(text: string): LiveRule | undefined {
  const parsed = parseLiveRule(text);
  return 'stored' in parsed ? parsed.stored : undefined;
}

/** Checked before JSON makes `null` of a NaN. */
function ruleObject(job: string, rule: number | TemporaryRule): TemporaryRule {
  const { until, ...written } = typeof rule === 'number' ? { ratio: rule } : { ...rule };
  resolveRule(ruleNamed(job), '', typeof rule === 'object' && rule !== null ? written : rule);
  return { ...written, ...(until !== undefined && { until }) };
}

function checked<T extends object>(job: string, parsed: T | { readonly problem: string }): T {
  if (!('problem' in parsed)) return parsed;
  const { problem } = parsed;
  const [option = '', expectation = ''] = problem.split(': ');
  throw new OptionError(`${ruleNamed(job)}: ${problem}`, { subject: ruleNamed(job), option, expectation });
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
  if (Number.isNaN(time.getTime())) {
    throw optionError(ruleNamed(job), 'until', 'a Date or an ISO time with its zone', until);
  }
  return time;
}
