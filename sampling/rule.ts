/**
 * Sampling rules: their shape, and the one place where they are checked, whoever wrote them (code, environment,
 * Redis, an operator's client).
 *
 * Pure: no clock, no I/O.
 */
import { type DurationText, durationMs, expectedDuration } from '../core/util/duration';
import { describeMismatch, optionError } from '../core/util/option-error';

/** How many runs within how long. */
export interface RunsPer {
  /** Whole number of runs, at least 1. */
  readonly runs: number;
  /** Length of the window, such as `'1 day'`; from 1 second to 31 days. */
  readonly per: DurationText;
}

/** Which runs of a job are recorded. */
export interface SamplingRule {
  /** Share of runs, from 0 (none) to 1 (all). @default 1 */
  readonly ratio?: number;
  /** A reservoir: the first runs of each window are recorded whatever the ratio. @default none */
  readonly atLeast?: RunsPer;
  /** A cap: no more runs than these are recorded in a window; forced runs are never capped. @default none */
  readonly atMost?: RunsPer;
  /** Whether a run that was not sampled and fails still leaves its root span. @default true */
  readonly keepFailed?: boolean;
  /** The same for a run that takes longer, at least 1 s. @default none */
  readonly keepSlow?: { readonly overMs: number };
  /** How many runs after a failed one are recorded in full, 0 to 100. @default { runs: 1 } */
  readonly afterFailure?: { readonly runs: number };
}

/** A checked rule with all defaults filled in; windows in milliseconds. Frozen. */
export interface ResolvedRule {
  readonly ratio: number;
  readonly atLeast?: { readonly runs: number; readonly perMs: number };
  readonly atMost?: { readonly runs: number; readonly perMs: number };
  readonly keepFailed: boolean;
  readonly keepSlowMs?: number;
  readonly afterFailureRuns: number;
}

/** The sampling policy as users write it: a number stands for `{ ratio }`. */
export interface SamplingOptions {
  /** For jobs that no pattern fits. @default 1 */
  readonly default?: number | SamplingRule;
  /** By job name or pattern: `*` stands for any number of characters; the most specific pattern wins. */
  readonly jobs?: Readonly<Record<string, number | SamplingRule>>;
}

const DEFAULT_RATIO = 1;
/** The run after a failed one shows whether the failure was an accident. */
const DEFAULT_AFTER_FAILURE_RUNS = 1;
const MAX_AFTER_FAILURE_RUNS = 100;
const MIN_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 31 * 24 * 60 * 60 * 1_000;
/** The sandbox asks about no shorter run. */
const MIN_SLOW_MS = 1_000;

const RULE_KEYS = [
  'ratio',
  'atLeast',
  'atMost',
  'keepFailed',
  'keepSlow',
  'afterFailure',
] as const satisfies readonly (keyof SamplingRule)[];

/** The error for a value inside a rule; `path` is empty for the rule itself, else such as `.atLeast.runs`. */
type Mismatch = (path: string, expected: string, value: unknown) => Error;

/**
 * Checks a rule from code: a {@link SamplingRule}, or a number that stands for `{ ratio }`.
 *
 * @param subject what has the option
 * @param name of the option that the rule is the value of; none: names begin with the rule's own
 * @throws {OptionError} with the option's name, what was expected and what was given
 */
export function resolveRule(subject: string, name: string, value: unknown): ResolvedRule {
  return readRule(value, (path, expected, given) =>
    optionError(subject, nameOf(name + path), expected, given),
  );
}

/** Checks a rule from elsewhere, such as parsed JSON: the rule, or one sentence on what is wrong. Never throws. */
export function parseRule(value: unknown): { readonly rule: ResolvedRule } | { readonly problem: string } {
  try {
    const mismatch: Mismatch = (path, expected, given) =>
      new Error(`${nameOf(path)}: ${describeMismatch(expected, given)}`);
    return { rule: readRule(value, mismatch) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'the rule cannot be read' };
  }
}

/** Of `.ratio` the name `ratio`, of nothing `rule`. */
function nameOf(path: string): string {
  return path.replace(/^\./, '') || 'rule';
}

function readRule(value: unknown, mismatch: Mismatch): ResolvedRule {
  if (typeof value === 'number') {
    if (!isRatio(value)) throw mismatch('', 'a number from 0 to 1', value);
    return readRule({ ratio: value }, mismatch);
  }
  const rule = readObject('', 'a number from 0 to 1 or a rule', RULE_KEYS, value, mismatch);
  const { ratio = DEFAULT_RATIO, keepFailed = true } = rule;
  if (!isRatio(ratio)) throw mismatch('.ratio', 'a number from 0 to 1', ratio);
  if (typeof keepFailed !== 'boolean') throw mismatch('.keepFailed', 'a boolean', keepFailed);
  return Object.freeze({
    ratio,
    ...(rule.atLeast !== undefined && { atLeast: readRunsPer('.atLeast', rule.atLeast, mismatch) }),
    ...(rule.atMost !== undefined && { atMost: readRunsPer('.atMost', rule.atMost, mismatch) }),
    keepFailed,
    ...(rule.keepSlow !== undefined && { keepSlowMs: readKeepSlow(rule.keepSlow, mismatch) }),
    afterFailureRuns:
      rule.afterFailure === undefined
        ? DEFAULT_AFTER_FAILURE_RUNS
        : readAfterFailure(rule.afterFailure, mismatch),
  });
}

function readRunsPer(path: string, value: unknown, mismatch: Mismatch): { runs: number; perMs: number } {
  const { runs, per } = readObject(path, 'an object { runs, per }', ['runs', 'per'], value, mismatch);
  if (!isWhole(runs) || runs < 1) throw mismatch(`${path}.runs`, 'an integer, at least 1', runs);
  const perMs = durationMs(per) ?? Number.NaN;
  if (!(perMs >= MIN_WINDOW_MS && perMs <= MAX_WINDOW_MS)) {
    const expected = "a duration with its unit, such as '1 day', from 1 second to 31 days";
    throw mismatch(`${path}.per`, expectedDuration(per, expected), per);
  }
  return Object.freeze({ runs, perMs });
}

function readKeepSlow(value: unknown, mismatch: Mismatch): number {
  const { overMs } = readObject('.keepSlow', 'an object { overMs }', ['overMs'], value, mismatch);
  if (typeof overMs !== 'number' || !Number.isFinite(overMs) || overMs < MIN_SLOW_MS) {
    throw mismatch('.keepSlow.overMs', `milliseconds, at least ${MIN_SLOW_MS}`, overMs);
  }
  return overMs;
}

function readAfterFailure(value: unknown, mismatch: Mismatch): number {
  const { runs } = readObject('.afterFailure', 'an object { runs }', ['runs'], value, mismatch);
  if (!isWhole(runs) || runs < 0 || runs > MAX_AFTER_FAILURE_RUNS) {
    throw mismatch('.afterFailure.runs', `an integer from 0 to ${MAX_AFTER_FAILURE_RUNS}`, runs);
  }
  return runs;
}

/** The object's properties; a misspelt one must not pass for a default. */
function readObject<K extends string>(
  path: string,
  expected: string,
  keys: readonly K[],
  value: unknown,
  mismatch: Mismatch,
): { readonly [P in K]?: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mismatch(path, expected, value);
  }
  const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
  if (unknown !== undefined) throw mismatch(`${path}.${unknown}`, `one of ${keys.join(', ')}`, unknown);
  return value;
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
