/**
 * The sampling policy in force, from the last accepted reading of Redis.
 *
 * Pure except for the clock passed in. A Redis that has lost its data, or a replica that lags behind, must not change
 * how jobs are sampled: a reading in which rules disappear without a higher revision is rejected. A policy that no
 * accepted reading has confirmed for too long expires.
 */
import type { SamplingPolicy } from '../policy';
import { type PolicyReading, revisionOf } from './key-space';
import { type LiveRule, parseEntry, ruleAt } from './live-rule';

export interface LivePolicy {
  /** Returns the policy in force now: the same object until it changes. */
  current(): SamplingPolicy;
  /** Returns the digest of the last accepted reading; empty before the first one. */
  digest(): string;
  /** Accepts a reading, or returns why it is rejected, as part of a sentence. */
  accept(reading: PolicyReading): string | undefined;
  /** Returns the problems with rules in the last accepted reading, by job name or pattern. */
  problems(): ReadonlyMap<string, string>;
  /** Drops the rules from Redis if no accepted reading has confirmed them for too long; `true` if it has just done so. */
  expire(): boolean;
}

export interface LivePolicyOptions {
  /** Policy for jobs without a rule in Redis. */
  readonly fallback: SamplingPolicy;
  /** Time without confirmation after which the policy expires, in milliseconds. */
  readonly maxAgeMs: number;
  /** Clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export function createLivePolicy({ fallback, maxAgeMs, now = Date.now }: LivePolicyOptions): LivePolicy {
  let rules: ReadonlyMap<string, LiveRule> = new Map();
  let problems: ReadonlyMap<string, string> = new Map();
  let revision = 0;
  let digest = '';
  let confirmedAt = now();
  let policy = fallback;
  /** Time at which the first of the rules in force expires, in milliseconds since the epoch. */
  let endsAt = Number.POSITIVE_INFINITY;

  /** Computes the policy in force from the rules and the fallback. */
  function combine(): void {
    const time = now();
    const jobs = new Map(fallback.jobs);
    let hasRules = false;
    endsAt = Number.POSITIVE_INFINITY;
    for (const [pattern, stored] of rules) {
      const rule = ruleAt(stored, time);
      if (rule === undefined) continue;
      hasRules = true;
      jobs.set(pattern, rule.rule);
      endsAt = Math.min(endsAt, rule.until?.getTime() ?? endsAt);
    }
    policy = hasRules ? Object.freeze({ default: fallback.default, jobs }) : fallback;
  }

  /** Replaces the rules; an invalid one keeps the rule before it. */
  function replaceRules(texts: ReadonlyMap<string, string>): void {
    const good = new Map<string, LiveRule>();
    const bad = new Map<string, string>();
    for (const [pattern, text] of texts) {
      const parsed = parseEntry(pattern, text);
      const stored = 'stored' in parsed ? parsed.stored : rules.get(pattern);
      if (stored !== undefined) good.set(pattern, stored);
      if ('problem' in parsed) bad.set(pattern, parsed.problem);
    }
    [rules, problems] = [good, bad];
    combine();
  }

  return {
    current() {
      if (now() >= endsAt) combine();
      return policy;
    },
    digest: () => digest,
    problems: () => problems,
    accept(reading) {
      const read = revisionOf(reading);
      if (read === undefined) return `the revision is not an integer but '${reading.revision}'`;
      if (read < revision) return `the revision went back from ${revision} to ${reading.revision ?? 'none'}`;
      const { texts } = reading;
      if (texts?.size === 0 && rules.size > 0 && read === revision) {
        return 'the rules are gone without a higher revision';
      }
      if (texts !== undefined) replaceRules(texts);
      [revision, digest, confirmedAt] = [read, reading.digest, now()];
      return undefined;
    },
    expire() {
      if (now() - confirmedAt < maxAgeMs || digest === '') return false;
      [rules, problems, revision, digest] = [new Map(), new Map(), 0, ''];
      combine();
      return true;
    },
  };
}
