/**
 * The options of the HTTP activities: checked once, when they are made.
 */
import { ALLOW_LIST_ENTRY, type AllowList, parseAllowList } from '../../core/http/allow-list';
import type { SecretProvider } from '../../core/http/secrets';
import { type OptionError, secretOptionError } from '../../core/util/option-error';
import { checkCallbackKey } from './callback-token';

/** Options of `createHttpActivities`; all of them are optional. */
export interface HttpActivitiesOptions {
  /** Where headers written as `{ secret: 'name' }` come from. Needs {@link allowHosts}. @default none */
  readonly secrets?: SecretProvider;
  /**
   * Hosts that may be called, also by redirects: `api.example.com` (on its scheme's own port),
   * `api.example.com:8443`, `api.example.com:*`, `*.example.com` (names below it), `[::1]:8080`, `*` (all).
   *
   * @default all
   */
  readonly allowHosts?: readonly string[];
  /** Where services report that answer 202 first. @default only by Temporal's own means */
  readonly callback?: CallbackOptions;
}

export interface CallbackOptions {
  /** Address, as the services see it, of the route that calls `completeFromCallback`. */
  readonly url: string;
  /** Signs the tokens in it, at least 16 characters; the same for `completeFromCallback`. */
  readonly key: string;
}

/** The options as the activity uses them. */
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

/** @throws {OptionError} with the option's name, what was expected and what was given */
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

function wrong(name: string, expected: string, given: string): OptionError {
  return secretOptionError('createHttpActivities', name, expected, given);
}
