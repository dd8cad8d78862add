/**
 * What to believe of what Redis says: the policy in force, from the last good reading.
 *
 * Pure but for the clock it is given. A Redis that lost its data, or a replica that lags behind, must not change
 * how jobs are recorded: what disappears without a higher revision is not believed, until the policy is so old
 * that it counts no more.
 */
import type { SamplingPolicy } from '../policy';
import { type PolicyReading, revisionOf } from './key-space';
import { type LiveRule, parseEntry, ruleAt } from './live-rule';

export interface LivePolicy {
  /** The policy in force now, the same object until it changes. */
  current(): SamplingPolicy;
  /** Digest of the last good reading; empty before it. */
  digest(): string;
  /** Takes a reading; the answer is why it is not believed, `undefined` if it is. */
  accept(reading: PolicyReading): string | undefined;
  /** Problems of the rules in the last good reading, by pattern. */
  problems(): ReadonlyMap<string, string>;
  /** Forgets what Redis said if no good reading confirmed it for too long; `true`: just now. */
  expire(): boolean;
}

export interface LivePolicyOptions {
  /** Holds where Redis has no rule. */
  readonly fallback: SamplingPolicy;
  readonly maxAgeMs: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export function createLivePolicy({ fallback, maxAgeMs, now = Date.now }: LivePolicyOptions): LivePolicy {
  let rules: ReadonlyMap<string, LiveRule> = new Map();
  let problems: ReadonlyMap<string, string> = new Map();
  let revision = 0;
  let digest = '';
  let confirmedAt = now();
  let policy = fallback;
  /** When the first of the rules in force ends. */
  let endsAt = Number.POSITIVE_INFINITY;

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
