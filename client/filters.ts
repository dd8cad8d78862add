/**
 * Checks of list filters: a misspelt filter would silently list everything.
 */
import { type JobTrigger, triggerOf } from '../core/search-attributes';
import { isPlainObject, optionError } from '../core/util/option-error';
import { RESULT_FILTERS, type ResultFilter } from './result-filter';

/** What a filter's member must be: as text for errors, and as a test. */
export interface Expectation {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** Returns the expectation of one such value, or of an array of them that is not empty. */
function oneOrMore(expected: string, fits: (value: unknown) => boolean): Expectation {
  return {
    expected: `${expected}, or an array of them`,
    fits: (value) => (Array.isArray(value) ? value.length > 0 && value.every(fits) : fits(value)),
  };
}

const isResult = (value: unknown) => RESULT_FILTERS.some((result) => result === value);

export const RESULTS = oneOrMore(`one of ${RESULT_FILTERS.join(', ')}`, isResult);
export const TRIGGERS = oneOrMore(
  'one of cron, schedule, manual, api, retry, shard, child',
  (value) => triggerOf(value) !== undefined,
);
export const BOOLEAN: Expectation = { expected: 'a boolean', fits: (value) => typeof value === 'boolean' };
export const STRING: Expectation = { expected: 'a string', fits: (value) => typeof value === 'string' };
export const DATE: Expectation = {
  expected: 'a Date',
  fits: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
};

/**
 * Checks a filter's members.
 *
 * @throws {OptionError} that names the wrong member
 */
export function checkFilter(
  subject: string,
  filter: unknown,
  known: Readonly<Record<string, Expectation>>,
): void {
  if (!isPlainObject(filter)) throw optionError(subject, 'filter', 'an object', filter);
  for (const [name, value] of Object.entries(filter)) {
    const member = Object.hasOwn(known, name) ? known[name] : undefined;
    if (member === undefined)
      throw optionError(subject, name, `one of ${Object.keys(known).join(', ')}`, name);
    if (value !== undefined && !member.fits(value)) throw optionError(subject, name, member.expected, value);
  }
}

/** Returns the value or values as an array. */
export function listOf<T extends ResultFilter | JobTrigger>(values: T | readonly T[]): readonly T[] {
  return typeof values === 'string' ? [values] : values;
}
