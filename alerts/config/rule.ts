/**
 * Checks alert rules, and fills in from `default` what they leave out.
 */
import { A_PATTERN, isPattern } from '../../core/job-pattern';
import { isPlainObject } from '../../core/util/option-error';
import { configError, readDuration, readInteger, readObject } from './check';
import { ALERT_EVENTS, type AlertEvent, type AlertRule, type ResolvedAlertRule } from './types';

const MAX_IN_A_ROW = 100;
const MIN_OVER_MS = 1_000;
const MAX_OVER_MS = 35 * 24 * 60 * 60 * 1_000;
const DEFAULT_REMIND_MS = 24 * 60 * 60 * 1_000;

const RULE_KEYS = [
  'on',
  'to',
  'after',
  'recoverAfter',
  'overMs',
  'successWithin',
  'remindEvery',
] as const satisfies readonly (keyof AlertRule)[];

/** A checked rule, before defaults are filled in. */
interface CheckedRule {
  readonly on?: readonly AlertEvent[];
  readonly to?: readonly string[];
  readonly after?: number;
  readonly recoverAfter?: number;
  readonly overMs?: number;
  readonly successWithinMs?: number;
  readonly remindEveryMs?: number;
}

/**
 * Checks `default` and the rules of jobs, and fills in all defaults.
 *
 * @param channels names of the configured channels
 * @throws {OptionError} if a value is invalid
 */
export function resolveRules(
  byDefault: unknown,
  jobs: unknown,
  channels: readonly string[],
): { readonly default: ResolvedAlertRule; readonly jobs: ReadonlyMap<string, ResolvedAlertRule> } {
  const checked = byDefault === undefined ? {} : checkRule('default', byDefault, channels);
  if (jobs !== undefined && !isPlainObject(jobs))
    throw configError('jobs', 'rules by job name or pattern', jobs);
  const entries = Object.entries(jobs ?? {}).map(([job, written]) => {
    if (!isPattern(job)) throw configError('jobs', A_PATTERN, job);
    const path = `jobs['${job}']`;
    const own = checkRule(path, written, channels);
    rejectUnused(path, own);
    return [job, fillUp(path, own, checked, channels)] as const;
  });
  return { default: fillUp('default', checked, {}, channels), jobs: new Map(entries) };
}

function checkRule(path: string, written: unknown, channels: readonly string[]): CheckedRule {
  const rule = readObject(path, 'a rule', RULE_KEYS, written);
  const read = <T>(
    key: (typeof RULE_KEYS)[number],
    as: string,
    reader: (path: string, value: unknown) => T,
  ) => (rule[key] === undefined ? {} : { [as]: reader(`${path}.${key}`, rule[key]) });
  return {
    ...read('on', 'on', (name, value) => readList(name, 'events', ALERT_EVENTS, value)),
    ...read('to', 'to', (name, value) => readList(name, 'names of channels', channels, value)),
    ...read('after', 'after', (name, value) => readInteger(name, 1, MAX_IN_A_ROW, value)),
    ...read('recoverAfter', 'recoverAfter', (name, value) => readInteger(name, 1, MAX_IN_A_ROW, value)),
    ...read('overMs', 'overMs', (name, value) => readInteger(name, MIN_OVER_MS, MAX_OVER_MS, value)),
    ...read('successWithin', 'successWithinMs', readDuration),
    ...read('remindEvery', 'remindEveryMs', readDuration),
  };
}

/**
 * Rejects a limit whose event the same rule leaves out of `on`: it would be ignored. In `default` it is of
 * use to rules with other events.
 *
 * @throws {OptionError} that names the missing event
 */
function rejectUnused(path: string, { on, overMs, successWithinMs }: CheckedRule): void {
  const needed = { slow: overMs, overdue: successWithinMs };
  for (const [event, limit] of Object.entries(needed)) {
    if (limit === undefined || on === undefined || on.some((one) => one === event)) continue;
    const member = event === 'slow' ? 'overMs' : 'successWithin';
    throw configError(`${path}.on`, `a list with '${event}', since the rule has ${member}`, on);
  }
}

function fillUp(
  path: string,
  own: CheckedRule,
  byDefault: CheckedRule,
  channels: readonly string[],
): ResolvedAlertRule {
  const {
    on,
    to = channels,
    after = 1,
    recoverAfter = 1,
    overMs,
    successWithinMs,
    remindEveryMs,
  } = {
    ...byDefault,
    ...own,
  };
  if (own.on?.includes('overdue') && successWithinMs === undefined)
    throw configError(`${path}.successWithin`, "a duration, since 'on' has 'overdue'", undefined);
  // A limit in a rule is reported, even if the `on` of `default` lacks its event.
  const reportsOverdue = successWithinMs !== undefined && (own.on?.includes('overdue') ?? true);
  const addsSlow = own.overMs !== undefined && own.on === undefined && on?.includes('slow') === false;
  const others = (on ?? ALERT_EVENTS).filter((event) => event !== 'overdue');
  return Object.freeze({
    on: Object.freeze([
      ...others,
      ...(addsSlow ? (['slow'] as const) : []),
      ...(reportsOverdue ? (['overdue'] as const) : []),
    ]),
    to,
    after,
    recoverAfter,
    ...(overMs !== undefined && { overMs }),
    ...(successWithinMs !== undefined && { successWithinMs }),
    remindEveryMs: remindEveryMs ?? DEFAULT_REMIND_MS,
  });
}

function readList<T extends string>(
  path: string,
  what: string,
  known: readonly T[],
  value: unknown,
): readonly T[] {
  const expected = `a list of ${what}: ${known.join(', ')}`;
  if (!Array.isArray(value) || value.length === 0) throw configError(path, expected, value);
  const wrong = value.find((one) => !known.includes(one));
  if (wrong !== undefined) throw configError(path, expected, wrong);
  return Object.freeze([...new Set(value as T[])]);
}
