/**
 * Patterns of job names, in which `*` stands for any number of characters, and the choice of the best match.
 *
 * Pure. The job's exact name wins, then the pattern with the most characters besides `*`, then the one with the
 * fewest `*`, then the first by code units: the choice never depends on the order of the patterns.
 */
import { MAX_NAME_LENGTH } from './server-limits';
import { BoundedMap } from './util/bounded-map';

/** The pattern that matches a job name best, and its value. */
export interface PatternMatch<T> {
  /** Job name or pattern, as written. */
  readonly pattern: string;
  readonly value: T;
}

interface CompiledPattern<T> {
  readonly match: PatternMatch<T>;
  /** The text between the stars; at least two parts. */
  readonly parts: readonly string[];
  readonly literalLength: number;
}

/** Most job names whose match is cached; beyond it the oldest is dropped. */
const MAX_REMEMBERED = 1_000;

/**
 * Returns a function that finds the best match for a job name; `undefined` if none matches. Constant time for a
 * cached name, whatever the number of patterns.
 *
 * @param written values by job name or pattern
 */
export function createPatternMatcher<T>(
  written: ReadonlyMap<string, T>,
): (jobName: string) => PatternMatch<T> | undefined {
  const patterns = [...written]
    .filter(([pattern]) => pattern.includes('*'))
    .map(([pattern, value]) => compilePattern(pattern, value))
    .sort(bySpecificity);
  const exact = new Map(
    [...written].map(([pattern, value]) => [pattern, Object.freeze({ pattern, value })] as const),
  );
  const remembered = new BoundedMap<string, PatternMatch<T> | undefined>(MAX_REMEMBERED);

  return (jobName) => {
    if (remembered.has(jobName)) return remembered.get(jobName);
    const match = exact.get(jobName) ?? patterns.find(({ parts }) => fits(parts, jobName))?.match;
    remembered.set(jobName, match);
    return match;
  };
}

/** Description of a valid pattern, for errors. */
export const A_PATTERN = `a job name or pattern of 1 to ${MAX_NAME_LENGTH} characters`;

/**
 * Whether the value can be the job name or pattern of a rule. A string longer than any job name matches none, or
 * is slow to match.
 */
export function isPattern(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH;
}

/** Whether the job name matches the pattern or is equal to it. */
export function fitsPattern(pattern: string, jobName: string): boolean {
  return pattern.includes('*') ? fits(pattern.split('*'), jobName) : pattern === jobName;
}

function compilePattern<T>(pattern: string, value: T): CompiledPattern<T> {
  const parts = pattern.split('*');
  return {
    match: Object.freeze({ pattern, value }),
    parts,
    literalLength: pattern.length - (parts.length - 1),
  };
}

function bySpecificity<T>(a: CompiledPattern<T>, b: CompiledPattern<T>): number {
  return (
    b.literalLength - a.literalLength ||
    a.parts.length - b.parts.length ||
    (a.match.pattern < b.match.pattern ? -1 : 1)
  );
}

/** Whether the name consists of these parts with anything between them. No backtracking: linear in the name. */
function fits(parts: readonly string[], jobName: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const end = jobName.length - last.length;
  if (first.length > end || !jobName.startsWith(first) || !jobName.endsWith(last)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = jobName.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
