/**
 * Sampling rules: their shape, and the one place where they are checked, wherever they come from (code,
 * environment, Redis, an operator's client).
 *
 * Pure: no clock, no I/O.
 */
import { defined } from '../core/util/defined';
import { type DurationText, durationMs, expectedDuration } from '../core/util/duration';
import { describeMismatch, optionError } from '../core/util/option-error';
import { isObject } from '../core/util/untrusted';

/** A number of runs per window of time. */
export interface RunsPer {
  /** Number of runs, an integer of at least 1. */
  readonly runs: number;
  /** Length of the window, such as `'1 day'`, from 1 second to 31 days. */
  readonly per: DurationText;
}

/** A sampling rule: which runs of a job are sampled. */
export interface SamplingRule {
  /** Share of runs that are sampled, from 0 (none) to 1 (all). @default 1 */
  readonly ratio?: number;
  /** Reservoir: the first runs of each window are sampled regardless of the ratio. @default none */
  readonly atLeast?: RunsPer;
  /** Cap: the most runs that are sampled per window; forced runs are not capped. @default none */
  readonly atMost?: RunsPer;
  /** Whether a run that was not sampled exports its root span if it fails. @default true */
  readonly keepFailed?: boolean;
  /**
   * Duration, in milliseconds (at least 1000), beyond which a run that was not sampled exports its root span.
   *
   * @default none
   */
  readonly keepSlow?: { readonly overMs: number };
  /** How many runs after a failed one are sampled, 0 to 100. @default { runs: 1 } */
  readonly afterFailure?: { readonly runs: number };
}

/** A checked {@link SamplingRule} with all defaults filled in; durations in milliseconds. Frozen. */
export interface ResolvedRule {
  readonly ratio: number;
  readonly atLeast?: { readonly runs: number; readonly perMs: number };
  readonly atMost?: { readonly runs: number; readonly perMs: number };
  readonly keepFailed: boolean;
  readonly keepSlowMs?: number;
  readonly afterFailureRuns: number;
}

/** Option `sampling`: the rules by job. A number stands for `{ ratio }`. */
export interface SamplingOptions {
  /** Rule for jobs that no entry of {@link jobs} matches. @default 1 */
  readonly default?: number | SamplingRule;
  /**
   * Rules by job name or pattern; `*` matches any number of characters, and the most specific pattern wins.
   */
  readonly jobs?: Readonly<Record<string, number | SamplingRule>>;
}

const DEFAULT_RATIO = 1;
/** One run: it shows whether the failure recurs. */
const DEFAULT_AFTER_FAILURE_RUNS = 1;
const MAX_AFTER_FAILURE_RUNS = 100;
const MIN_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 31 * 24 * 60 * 60 * 1_000;
/** Shorter runs are not reported to the host as slow, in milliseconds. */
const MIN_SLOW_MS = 1_000;

const RULE_KEYS = Object.keys({
  ratio: true,
  atLeast: true,
  atMost: true,
  keepFailed: true,
  keepSlow: true,
  afterFailure: true,
} satisfies Record<keyof SamplingRule, true>) as readonly (keyof SamplingRule)[];

/**
 * Returns the error for a value in a rule; `path` is empty for the rule itself, else such as `.atLeast.runs`.
 */
type Mismatch = (path: string, expected: string, value: unknown) => Error;

/**
 * Checks a rule from code: a {@link SamplingRule}, or a number that stands for `{ ratio }`.
 *
 * @param subject class or function that takes the option
 * @param name name of the option whose value is the rule; empty if names in errors begin with the rule's own
 *   members
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function resolveRule(subject: string, name: string, value: unknown): ResolvedRule {
  return readRule(value, (path, expected, actual) =>
    optionError(subject, nameOf(name + path), expected, actual),
  );
}

/**
 * Checks an untrusted rule, such as parsed JSON: returns the rule, or one sentence with the problem. Never
 * throws.
 */
export function parseRule(value: unknown): { readonly rule: ResolvedRule } | { readonly problem: string } {
  try {
    const mismatch: Mismatch = (path, expected, actual) =>
      new Error(`${nameOf(path)}: ${describeMismatch(expected, actual)}`);
    return { rule: readRule(value, mismatch) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'the rule cannot be read' };
  }
}

/** Returns the name for a path: `ratio` for `.ratio`, `rule` for an empty one. */
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
  const { atLeast, atMost, keepSlow, afterFailure } = rule;
  return Object.freeze(
    defined({
      ratio,
      atLeast: atLeast === undefined ? undefined : readRunsPer('.atLeast', atLeast, mismatch),
      atMost: atMost === undefined ? undefined : readRunsPer('.atMost', atMost, mismatch),
      keepFailed,
      keepSlowMs: keepSlow === undefined ? undefined : readKeepSlow(keepSlow, mismatch),
      afterFailureRuns:
        afterFailure === undefined ? DEFAULT_AFTER_FAILURE_RUNS : readAfterFailure(afterFailure, mismatch),
    }),
  );
}

function readRunsPer(path: string, value: unknown, mismatch: Mismatch): { runs: number; perMs: number } {
  const { runs, per } = readObject(path, 'an object { runs, per }', ['runs', 'per'], value, mismatch);
  if (!isInteger(runs) || runs < 1) throw mismatch(`${path}.runs`, 'an integer, at least 1', runs);
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
  if (!isInteger(runs) || runs < 0 || runs > MAX_AFTER_FAILURE_RUNS) {
    throw mismatch('.afterFailure.runs', `an integer from 0 to ${MAX_AFTER_FAILURE_RUNS}`, runs);
  }
  return runs;
}

/** Returns the object's properties; a misspelt one must not silently fall back to a default. */
function readObject<K extends string>(
  path: string,
  expected: string,
  keys: readonly K[],
  value: unknown,
  mismatch: Mismatch,
): { readonly [P in K]?: unknown } {
  if (!isObject(value)) throw mismatch(path, expected, value);
  const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
  if (unknown !== undefined) throw mismatch(`${path}.${unknown}`, `one of ${keys.join(', ')}`, unknown);
  return value as { readonly [P in K]?: unknown };
}

function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
