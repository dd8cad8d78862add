/**
 * Errors about options: they name the subject, the option, the expectation and the value. Host code.
 */
import { inspect } from 'node:util';
import { defineErrorClass } from './error-class';

/** Fields of an {@link OptionError}. */
export interface OptionErrorFields {
  /**
   * Class, function or object that takes the option, such as `JobTracingPlugin` or
   * `sampling rule 'billing-*'`.
   */
  readonly subject: string;
  /** Name or path of the option, such as `sampling.default`. */
  readonly option: string;
  /** Description of a valid value, such as `a number from 0 to 1`. */
  readonly expectation: string;
  /** The value that was passed; left out where it may be a secret. */
  readonly value?: unknown;
}

/**
 * Thrown for an invalid option, as in
 * `JobClient: indexLagMs: expected a number from 0 to 60000, got '5' (string)`.
 */
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

/** Returns the error for an invalid option of `subject`. */
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
 * Returns the error for an invalid option whose value may be a secret.
 *
 * @param given description of the value, which is not quoted
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

/** Returns the expectation and the value with its type, as part of a sentence. */
export function describeMismatch(expected: string, value: unknown): string {
  const given = inspect(value, { depth: 1, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  return `expected ${expected}, got ${given} (${typeof value})`;
}

/**
 * Checks that the options are an object with known names: a misspelt name must not silently fall back to a
 * default.
 *
 * @throws {OptionError} that names the first unknown option and lists the known ones
 */
export function checkNames(subject: string, options: unknown, known: readonly string[]): void {
  if (!isPlainObject(options)) throw optionError(subject, 'options', 'an object', options);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw optionError(subject, unknown, `one of ${known.join(', ')}`, unknown);
}

/** Whether the value is a plain object `{ … }`: not an array, a map or a class instance. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
