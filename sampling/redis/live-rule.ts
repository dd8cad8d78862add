/**
 * A sampling rule in Redis: the rule as JSON with the additional properties `until`, `by`, `at` and
 * `afterwards`, or a number alone.
 *
 * Pure. People write rules by hand, so a problem is returned as a sentence, not thrown.
 */
import { A_PATTERN, isPattern } from '../../core/job-pattern';
import { defined } from '../../core/util/defined';
import { describeMismatch } from '../../core/util/option-error';
import { isObject } from '../../core/util/untrusted';
import { parseRule, type ResolvedRule, type SamplingRule } from '../rule';

/** A sampling rule in Redis: as written and as resolved, with its author and expiry. Frozen. */
export interface LiveRule {
  /** The rule as written, without the additional properties. */
  readonly written: number | SamplingRule;
  readonly rule: ResolvedRule;
  /** Time at which the rule expires; left out if it does not. */
  readonly until?: Date;
  /** Author of the rule, if recorded. */
  readonly by?: string;
  /** Time at which the rule was written, if recorded. */
  readonly at?: Date;
  /** The rule in force after this one has expired; left out if there is none under this name. */
  readonly afterwards?: LiveRule;
}

type Parsed = { readonly stored: LiveRule } | { readonly problem: string };

/** Most characters of a stored rule. */
export const MAX_RULE_LENGTH = 10_000;
const MAX_AUTHOR_LENGTH = 200;
/** Description of a valid author, for errors. */
export const AN_AUTHOR = `a string of at most ${MAX_AUTHOR_LENGTH} characters`;

/** Whether the value can be the author of a rule. */
export function isAuthor(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_AUTHOR_LENGTH;
}

/** Parses a stored rule and checks its job name or pattern. Never throws. */
export function parseEntry(pattern: string, text: string): Parsed {
  return isPattern(pattern) ? parseLiveRule(text) : { problem: describeMismatch(A_PATTERN, pattern) };
}

/** Parses a stored rule. Never throws. */
export function parseLiveRule(text: string): Parsed {
  if (text.length > MAX_RULE_LENGTH)
    return { problem: `expected at most ${MAX_RULE_LENGTH} characters, got ${text.length}` };
  try {
    return parseValue(JSON.parse(text));
  } catch {
    return { problem: describeMismatch('JSON such as {"ratio":0.01}', text) };
  }
}

function parseValue(value: unknown): Parsed {
  const { until, by, at, afterwards, ...own }: Readonly<Record<string, unknown>> = isObject(value)
    ? value
    : {};
  const checked = parseRule(isObject(value) ? own : value);
  if ('problem' in checked) return checked;
  const [untilTime, atTime] = [timeOf(until), timeOf(at)];
  if (untilTime === null)
    return { problem: `until: ${describeMismatch('a time as 2030-01-31T12:00:00Z', until)}` };
  if (atTime === null) return { problem: `at: ${describeMismatch('a time as 2030-01-31T12:00:00Z', at)}` };
  if (by !== undefined && !isAuthor(by)) return { problem: `by: ${describeMismatch(AN_AUTHOR, by)}` };
  const next = afterwards === undefined ? undefined : parseValue(afterwards);
  if (next && 'problem' in next) return { problem: `afterwards: ${next.problem}` };
  const stored = defined({
    // Checked by parseRule: a number or an object of the rule's properties.
    written: (isObject(value) ? Object.freeze(own) : value) as number | SamplingRule,
    rule: checked.rule,
    until: untilTime,
    by,
    at: atTime,
    afterwards: next?.stored,
  });
  return { stored: Object.freeze(stored) };
}

/** Returns the string to store in Redis. */
export function formatLiveRule({ written, ...beside }: Omit<LiveRule, 'rule'>): string {
  return JSON.stringify(plain({ written, ...beside }));
}

function plain({ written, until, by, at, afterwards }: Omit<LiveRule, 'rule'>): object {
  return defined({
    ...(typeof written === 'number' ? { ratio: written } : written),
    until: until?.toISOString(),
    by,
    at: at?.toISOString(),
    afterwards: afterwards && plain(afterwards),
  });
}

/** Returns the rule in force at a time in milliseconds since the epoch; `undefined` if it has expired. */
export function ruleAt(stored: LiveRule | undefined, now: number): LiveRule | undefined {
  let rule = stored;
  while (rule?.until !== undefined && rule.until.getTime() <= now) rule = rule.afterwards;
  return rule;
}

/** Returns the time; `null` for an invalid value, `undefined` for none. */
function timeOf(value: unknown): Date | undefined | null {
  if (value === undefined) return undefined;
  // A time zone is required: without one, every machine would read another time.
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(value)) return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time;
}
