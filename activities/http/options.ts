/**
 * Options of the HTTP activities, checked once, when the activities are created.
 */
import { ALLOW_LIST_ENTRY, type AllowList, parseAllowList } from '../../core/http/allow-list';
import type { SecretProvider } from '../../core/http/secrets';
import { type OptionError, secretOptionError } from '../../core/util/option-error';
import { checkCallbackKey } from './callback-token';

/** Options of `createHttpActivities`; all are optional. */
export interface HttpActivitiesOptions {
  /** Provider of the secrets in headers `{ secret: 'name' }`. Requires {@link allowHosts}. @default none */
  readonly secrets?: SecretProvider;
  /**
   * Hosts that may be called, including by redirects: `api.example.com` (on the scheme's default port),
   * `api.example.com:8443`, `api.example.com:*`, `*.example.com` (its subdomains), `[::1]:8080`, `*` (all).
   *
   * @default all
   */
  readonly allowHosts?: readonly string[];
  /**
   * Callback for services that answer 202 and report later.
   *
   * @default none: reports only through Temporal's own API
   */
  readonly callback?: CallbackOptions;
}

/** Callback to which services report after answering 202. */
export interface CallbackOptions {
  /** URL, as services reach it, of the route that calls `completeFromCallback`. */
  readonly url: string;
  /** Key that signs the tokens in the URL, at least 16 characters; the same as for `completeFromCallback`. */
  readonly key: string;
}

/** The checked options, with all defaults filled in. */
export interface ResolvedHttpOptions {
  readonly secrets: SecretProvider | undefined;
  readonly isAllowed: AllowList;
  readonly callback: CallbackOptions | undefined;
}

const KNOWN = Object.keys({
  secrets: true,
  allowHosts: true,
  callback: true,
} satisfies Record<keyof Required<HttpActivitiesOptions>, true>);

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function resolveHttpOptions(options: HttpActivitiesOptions = {}): ResolvedHttpOptions {
  const { secrets, allowHosts, callback } = options;
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw wrong(unknown, `one of ${KNOWN.join(', ')}`, 'this');
  if (secrets !== undefined && typeof secrets !== 'function') {
    throw wrong('secrets', 'a function from a name to the secret', typeof secrets);
  }
  if (secrets !== undefined && allowHosts === undefined) {
    const why = 'whoever can start a workflow could have a secret sent anywhere';
    throw wrong('allowHosts', `the hosts that may get secrets (["*"] for all): ${why}`, 'nothing');
  }
  if (callback !== undefined) {
    if (!URL.canParse(callback.url)) throw wrong('callback.url', 'a URL', String(callback.url));
    checkCallbackKey(callback.key);
  }
  return { secrets, isAllowed: allowListOf(allowHosts), callback };
}

function allowListOf(allowHosts: unknown): AllowList {
  if (allowHosts === undefined) return () => true;
  if (!Array.isArray(allowHosts) || !allowHosts.every((entry) => typeof entry === 'string')) {
    throw wrong('allowHosts', `a list such as [${ALLOW_LIST_ENTRY}]`, typeof allowHosts);
  }
  const list = parseAllowList(allowHosts);
  if ('wrong' in list) throw wrong('allowHosts', ALLOW_LIST_ENTRY, JSON.stringify(list.wrong));
  return list;
}

function wrong(name: string, expected: string, actual: string): OptionError {
  return secretOptionError('createHttpActivities', name, expected, actual);
}
