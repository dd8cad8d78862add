/**
 * The option `propagateTo`: which hosts the requests of an activity carry trace context and baggage to.
 *
 * Pure.
 */
import { isPlainObject, optionError } from '../util/option-error';
import { type AllowList, parseAllowList } from './allow-list';

/**
 * Hosts, on any port: `api.example.com`, `*.example.com` (its subdomains), `[::1]`, or `*` (all). Either the
 * only ones to which trace context and baggage are sent, or the ones to which they are not.
 */
export type PropagateTo = { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** Whether trace context and baggage are sent to a host: a name, an IPv4 address, or an IPv6 address. */
export type HostRule = (host: string) => boolean;

const EXPECTED =
  "{ only: […] } or { except: […] } with hosts such as 'api.example.com', '*.example.com', '[::1]' or '*'";

/**
 * Returns the rule.
 *
 * @param subject class that has the option, for the error
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function hostRuleOf(option: unknown, subject: string): HostRule {
  const [form, ...others] = isPlainObject(option) ? Object.entries(option) : [];
  const [name, hosts] = form ?? [];
  if ((name !== 'only' && name !== 'except') || others.length > 0 || !Array.isArray(hosts))
    throw optionError(subject, 'propagateTo', EXPECTED, option);
  const isListed = listOf(hosts, `propagateTo.${name}`, subject);
  const isOnly = name === 'only';
  return (host) => {
    const url = urlOf(host);
    return (url !== undefined && isListed(url)) === isOnly;
  };
}

function listOf(hosts: readonly unknown[], name: string, subject: string): AllowList {
  const entries = hosts.map((host, index) => {
    const entry = typeof host === 'string' && (host === '*' ? host : `${host}:*`);
    if (entry === false || 'wrong' in parseAllowList([entry]))
      throw optionError(subject, `${name}[${index}]`, HOST, host);
    return entry;
  });
  const list = parseAllowList(entries);
  return 'wrong' in list ? () => false : list;
}

const HOST = "a host without scheme and port, such as 'api.example.com', '*.example.com', '[::1]' or '*'";

/** Returns the host as a URL, which normalizes it; `undefined` if it is not a host. */
function urlOf(host: string): URL | undefined {
  const isBareIpv6 = host.includes(':') && !host.startsWith('[');
  const address = `http://${isBareIpv6 ? `[${host}]` : host}`;
  return URL.canParse(address) ? new URL(address) : undefined;
}
