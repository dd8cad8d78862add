/**
 * The shape that all errors of the package have: a message, fields that a program can read, and a cause.
 *
 * `instanceof` goes by a brand and not by the class, since the package may be installed twice.
 */
import { isRecord } from './untrusted';

/** Gives a class of errors its name and its brand, `Symbol.for('temporal-job-tracing.<name>')`. */
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
