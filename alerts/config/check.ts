/**
 * Checks of single values in the configuration. Each throws an `OptionError` with the value's path, the
 * expectation and the value, except that a value which may be a secret is not shown.
 */
import { durationMs, expectedDuration } from '../../core/util/duration';
import { isPlainObject, type OptionError, optionError } from '../../core/util/option-error';
import type { SecretReference } from './types';

const MIN_DURATION_MS = 1_000;
const MAX_DURATION_MS = 35 * 24 * 60 * 60 * 1_000;
/** Valid names of environment variables. */
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Valid header names. @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;

/** Returns the error for an invalid value in the configuration. */
export function configError(path: string, expected: string, value: unknown): OptionError {
  return optionError('job alerts', path, expected, value);
}

/** Returns the object; rejects unknown keys, so that a misspelt one is not silently ignored. */
export function readObject<K extends string>(
  path: string,
  expected: string,
  keys: readonly K[],
  value: unknown,
): { readonly [P in K]?: unknown } {
  if (!isPlainObject(value)) throw configError(path, expected, value);
  const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
  if (unknown !== undefined) {
    const inside = path === 'configuration' ? unknown : `${path}.${unknown}`;
    throw configError(inside, `one of ${keys.join(', ')}`, unknown);
  }
  return value as { readonly [P in K]?: unknown };
}

/** Returns the value if it is an integer from `min` to `max`. */
export function readInteger(path: string, min: number, max: number, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw configError(path, `an integer from ${numbered(min)} to ${numbered(max)}`, value);
}

/** Returns the duration in milliseconds. */
export function readDuration(path: string, value: unknown): number {
  const ms = durationMs(value) ?? Number.NaN;
  if (ms >= MIN_DURATION_MS && ms <= MAX_DURATION_MS) return ms;
  const expected = "a duration with its unit, such as '26h', from 1 second to 35 days";
  throw configError(path, expectedDuration(value, expected), value);
}

/** Returns an http or https address without trailing slashes. */
export function readUrl(path: string, value: unknown): string {
  if (typeof value === 'string' && isHttpUrl(value)) return value.replace(/\/+$/, '');
  throw configError(path, 'an http or https address', value);
}

/** Returns an address unchanged, or the reference to a secret that holds one. */
export function readUrlOrSecret(path: string, value: unknown): string | SecretReference {
  if (typeof value === 'string' && isHttpUrl(value)) return value;
  if (isPlainObject(value)) return readSecret(path, value);
  // Even an invalid address may contain a secret.
  throw configError(path, 'an http or https address, or { "secret": "NAME" }', shape(value));
}

/** Returns the reference to a secret. The error does not show the value, which may be the secret itself. */
export function readSecret(path: string, value: unknown): SecretReference {
  const keys = isPlainObject(value) ? Object.keys(value) : [];
  const name = isPlainObject(value) && keys.length === 1 ? value.secret : undefined;
  if (typeof name === 'string' && SECRET_NAME.test(name) && !name.startsWith('whsec_'))
    return Object.freeze({ secret: name });
  throw configError(path, '{ "secret": "NAME" } with the name of an environment variable', shape(value));
}

/** Returns the headers by name. */
export function readHeaders(
  path: string,
  value: unknown,
): Readonly<Record<string, string | SecretReference>> {
  if (!isPlainObject(value)) throw configError(path, 'headers by name', value);
  const read = Object.entries(value).map(([name, header]) => {
    if (!HEADER_NAME.test(name)) throw configError(path, 'names of headers', name);
    if (typeof header !== 'string') return [name, readSecret(`${path}.${name}`, header)] as const;
    if (!HEADER_VALUE.test(header)) throw configError(`${path}.${name}`, 'printable ASCII', header);
    return [name, header] as const;
  });
  return Object.freeze(Object.fromEntries(read));
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\/\S+$/i.test(value) && URL.canParse(value);
}

/** Describes the value's type and keys, without its content. */
function shape(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `{ ${Object.keys(value).join(', ')} }` : `a ${typeof value}`;
}

function numbered(value: number): string {
  return value.toLocaleString('en-US');
}
