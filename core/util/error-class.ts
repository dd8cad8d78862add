/**
 * The common shape of the package's errors: a message, fields that a program can read, and a cause.
 *
 * `instanceof` checks a brand instead of the class, since the package may be installed twice.
 */
import { isRecord } from './untrusted';

/** Gives an error class its name and its brand, `Symbol.for('temporal-job-tracing.<name>')`. */
export function defineErrorClass(errorClass: { readonly prototype: Error }, name: string): void {
  const brand = Symbol.for(`temporal-job-tracing.${name}`);
  Object.defineProperties(errorClass.prototype, {
    name: { value: name, configurable: true, writable: true },
    [brand]: { value: true },
  });
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value: (value: unknown) => isRecord(value) && brand in value,
  });
}
