/**
 * The one form of errors about options: what, which option, what was expected, what was given. Host code.
 */
import { inspect } from 'node:util';
import { defineErrorClass } from './error-class';

/** Fields of an {@link OptionError}. */
export interface OptionErrorFields {
  /** What has the option, such as `JobTracingPlugin`, `JobClient` or `sampling rule 'billing-*'`. */
  readonly subject: string;
  /** Name or path of the option, such as `sampling.default`. */
  readonly option: string;
  /** What was expected, such as `a number from 0 to 1`. */
  readonly expectation: string;
  /** What was given; left out where it may be a secret. */
  readonly value?: unknown;
}

/** A wrong option, as in `JobClient: indexLagMs: expected a number from 0 to 60000, got '5' (string)`. */
export class OptionError extends TypeError implements OptionErrorFields {
  readonly subject: string;
  readonly option: string;
  readonly expectation: string;
  readonly value?: unknown;

  constructor(message: string, fields: OptionErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.subject = fields.subject;
    this.option = fields.option;
    this.expectation = fields.expectation;
    if ('value' in fields) this.value = fields.value;
  }
}
defineErrorClass(OptionError, 'OptionError');

/** The error for a wrong option of `subject`. */
export function optionError(
  subject: string,
  option: string,
  expectation: string,
  value: unknown,
): OptionError {
  const message = `${subject}: ${option}: ${describeMismatch(expectation, value)}`;
  return new OptionError(message, { subject, option, expectation, value });
}

/**
 * The same where the value may be a secret.
 *
 * @param given what was given, described and not quoted
 */
export function secretOptionError(
  subject: string,
  option: string,
  expectation: string,
  given: string,
): OptionError {
  const message = `${subject}: ${option}: expected ${expectation}, got ${given}`;
  return new OptionError(message, { subject, option, expectation });
}

/** What was expected, and the value that was given with its type. */
export function describeMismatch(expected: string, value: unknown): string {
  const given = inspect(value, { depth: 1, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  return `expected ${expected}, got ${given} (${typeof value})`;
}

/**
 * Checks that the options are an object with known names: one that is misspelt must not pass for a default.
 *
 * @throws {OptionError} that names the first unknown option and those that there are
 */
export function checkNames(subject: string, options: unknown, known: readonly string[]): void {
  if (!isPlainObject(options)) throw optionError(subject, 'options', 'an object', options);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw optionError(subject, unknown, `one of ${known.join(', ')}`, unknown);
}

/** Whether the value is an object that was written as `{ … }`: no array, no map, no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
