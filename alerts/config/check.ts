/**
 * Checks of single values in the configuration. Each throws an `OptionError` with the value's path, the
 * expectation and the value, except that a value which may be a secret is not shown.
 */
import { inspect } from 'node:util';
import { durationMs, expectedDuration } from '../../core/util/duration';
import {
  isPlainObject,
  type OptionError,
  optionError,
  secretOptionError,
} from '../../core/util/option-error';
import type { SecretReference } from './types';

const MIN_DURATION_MS = 1_000;
const MAX_DURATION_MS = 35 * 24 * 60 * 60 * 1_000;
/** Valid names of environment variables. */
const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Valid header names. @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;
/** Headers of the message and of the connection. */
const OWN_HEADERS =
  /^(connection|content-(length|type)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|webhook-.*)$/i;

/** Parts of values that may be secret: addresses, such as that of a Slack webhook, and signing keys. */
const MAY_BE_SECRET = /:\/\/|whsec_/i;

/**
 * Returns the error for an invalid value in the configuration. A value that looks like an address or a key is not
 * shown: people confuse members.
 */
export function configError(path: string, expected: string, value: unknown): OptionError {
  return MAY_BE_SECRET.test(inspect(value, { depth: 2 }))
    ? hiddenError(path, expected, `${shape(value)} that may be secret`)
    : optionError('job alerts', path, expected, value);
}

/**
 * Returns the error for an invalid value that may be or contain a secret.
 *
 * @param given description of the value, which is not quoted
 */
export function hiddenError(path: string, expected: string, given: string): OptionError {
  return secretOptionError('job alerts', path, expected, given);
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
    const oneOf = `one of ${keys.join(', ')}`;
    if (MAY_BE_SECRET.test(unknown)) throw hiddenError(path, oneOf, 'a key that may be secret');
    throw configError(path === 'configuration' ? unknown : `${path}.${unknown}`, oneOf, unknown);
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

/** Returns an address that links begin with, without trailing slashes. */
export function readUrl(path: string, value: unknown): string {
  const problem = addressProblem(value);
  const text = typeof value === 'string' ? value : '';
  if (problem === undefined && !/[?#]/.test(text)) return text.replace(/\/+$/, '');
  const expected = 'an http or https address without user name, password, query and fragment';
  // These may be secret; other addresses of links are not.
  if (/[@?#]|whsec_/.test(text)) throw hiddenError(path, expected, problem ?? HAS_THEM);
  throw optionError('job alerts', path, expected, value);
}

/** Returns an address unchanged, or the reference to a secret that holds one. */
export function readUrlOrSecret(path: string, value: unknown): string | SecretReference {
  if (isPlainObject(value)) return readSecret(path, value);
  const problem = addressProblem(value);
  if (problem === undefined) return value as string;
  throw hiddenError(path, `${AN_ADDRESS}, or { "secret": "NAME" }`, problem);
}

/** Returns the reference to a secret. The error does not show the value, which may be the secret itself. */
export function readSecret(path: string, value: unknown): SecretReference {
  if (!isPlainObject(value) || Object.keys(value).join() !== 'secret')
    throw hiddenError(path, '{ "secret": "NAME" } with the name of an environment variable', shape(value));
  const { secret: name } = value;
  if (typeof name === 'string' && SECRET_NAME.test(name) && !name.startsWith('whsec_'))
    return Object.freeze({ secret: name });
  const expected = 'the name of an environment variable: up to 128 letters, digits and underscores';
  throw hiddenError(`${path}.secret`, expected, shape(name));
}

/** Returns the headers by name. */
export function readHeaders(
  path: string,
  value: unknown,
): Readonly<Record<string, string | SecretReference>> {
  if (!isPlainObject(value)) throw hiddenError(path, 'headers by name', shape(value));
  const names = new Set<string>();
  const read = Object.entries(value).map(([name, header]) => {
    const lower = name.toLowerCase();
    // The name may contain the value, as in `Authorization: Bearer …`.
    if (!HEADER_NAME.test(name)) throw hiddenError(path, 'names of headers', 'a name that no header has');
    if (OWN_HEADERS.test(name))
      throw configError(path, 'no header that the message or the connection sets', name);
    if (names.has(lower)) throw configError(path, 'each header once', name);
    names.add(lower);
    if (typeof header !== 'string') return [name, readSecret(`${path}.${name}`, header)] as const;
    // The value may be a secret, such as a token.
    if (!isHeaderValue(header)) throw hiddenError(`${path}.${name}`, 'printable ASCII', shape(header));
    return [name, header] as const;
  });
  return Object.freeze(Object.fromEntries(read));
}

/** Whether the text can be the value of a header. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text);
}

const HAS_THEM = 'an address that has them';
/** Description of a valid address, for errors. */
export const AN_ADDRESS = 'an http or https address without user name and password';

/** Describes why the value is not a valid address, without its content; `undefined` if it is one. */
export function addressProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return shape(value);
  if (!/^https?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return 'another string';
  const { username, password } = new URL(value);
  // `fetch` refuses such an address, and links with it would give the password away.
  return username === '' && password === '' ? undefined : HAS_THEM;
}

/** Describes the value by its type and keys, without its content. */
export function shape(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  return keys.some((key) => MAY_BE_SECRET.test(key)) ? 'an object' : `an object with ${keys.join(', ')}`;
}

function numbered(value: number): string {
  return value.toLocaleString('en-US');
}
