/**
 * The list of hosts that may be called. Compares parsed URLs, so that upper case, a trailing dot, a user name or
 * another notation of an IP address makes no difference.
 *
 * Pure.
 */

/** Returns whether the URL may be called. */
export type AllowList = (url: URL) => boolean;

interface Entry {
  /** Whether the entry is for all names below the host, but not for the host itself. */
  readonly below: boolean;
  readonly host: string;
  /** `''`: the scheme's default port; `'*'`: any port. */
  readonly port: string;
}

const ENTRY = /^(\*\.)?(\[[0-9a-f:.]+\]|[^:/?#@\\[\]\s*]+)(?::(\d{1,5}|\*))?$/i;
const ANY = '*';

/** Examples of entries, for errors. */
export const ALLOW_LIST_ENTRY =
  '"api.example.com", "api.example.com:8443", "api.example.com:*", "*.example.com", "[::1]:8080" or "*"';

/** Returns the list, or the first invalid entry. */
export function parseAllowList(entries: readonly string[]): AllowList | { readonly wrong: string } {
  const parsed: Entry[] = [];
  for (const entry of entries) {
    if (entry === ANY) return () => true;
    const match = ENTRY.exec(entry);
    const [, below, host = '', port = ''] = match ?? [];
    const address = `http://${host}`;
    if (match === null || !URL.canParse(address)) return { wrong: entry };
    parsed.push({ below: below !== undefined, host: hostOf(new URL(address)), port: withoutDefault(port) });
  }
  return (url) => parsed.some((entry) => allows(entry, url));
}

function allows({ below, host, port }: Entry, url: URL): boolean {
  const name = hostOf(url);
  const isHost = below ? name.endsWith(`.${host}`) : name === host;
  // The port of a parsed URL is empty if it is the scheme's default.
  return isHost && (port === ANY || port === url.port);
}

/** Returns the host in lower case, without a trailing dot; an IP address in its canonical notation. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

/** Returns the port, or `''` for a default port: an entry has no scheme, so those of both schemes count as none. */
function withoutDefault(port: string): string {
  return port === '80' || port === '443' ? '' : port;
}
