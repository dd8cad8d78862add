/**
 * Patterns of job names, in which `*` stands for any number of characters, and which of several fits a job best.
 *
 * Pure. The job's exact name wins, then the pattern with the most characters besides `*`, then with the fewest `*`,
 * then the first by code units: the answer never depends on the order in which patterns were written.
 */
import { MAX_NAME_LENGTH } from './server-limits';
import { setBounded } from './util/bounded-map';

/** The pattern that fits a job name best, and what is written under it. */
export interface PatternMatch<T> {
  /** Job name or pattern. */
  readonly pattern: string;
  readonly value: T;
}

interface CompiledPattern<T> {
  readonly match: PatternMatch<T>;
  /** The text between the stars; at least two parts. */
  readonly parts: readonly string[];
  readonly literalLength: number;
}

/** Job names whose answer is remembered; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

/**
 * Finds what is written for a job name; `undefined` where nothing fits. Constant time for a name asked about lately,
 * whatever the number of patterns.
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
  const remembered = new Map<string, PatternMatch<T> | undefined>();

  return (jobName) => {
    if (remembered.has(jobName)) return remembered.get(jobName);
    const match = exact.get(jobName) ?? patterns.find(({ parts }) => fits(parts, jobName))?.match;
    setBounded(remembered, jobName, match, MAX_REMEMBERED);
    return match;
  };
}

/** What is expected where a pattern is written, as part of a sentence. */
export const A_PATTERN = `a job name or pattern of 1 to ${MAX_NAME_LENGTH} characters`;

/** Whether it can be the name or pattern of a rule. Longer than a job's name, it would fit none, or be slow to match. */
export function isPattern(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH;
}

/** Whether the pattern, or the name itself, fits the job name. */
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

/** Whether the name is made of these parts with anything between them. No backtracking: linear in the name. */
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
