/**
 * Which hosts may be called: compares what the URL parser made of an address, so that upper case, a trailing dot,
 * a user name in front or another way to write an IP address make no difference.
 *
 * Pure.
 */

/** Whether the address may be called. */
export type AllowList = (url: URL) => boolean;

interface Entry {
  /** Whether only names below it are meant. */
  readonly below: boolean;
  readonly host: string;
  /** `''`: the scheme's own; `'*'`: any. */
  readonly port: string;
}

const ENTRY = /^(\*\.)?(\[[0-9a-f:.]+\]|[^:/?#@\\[\]\s*]+)(?::(\d{1,5}|\*))?$/i;
const ANY = '*';

/** What an entry looks like, for messages. */
export const ALLOW_LIST_ENTRY =
  '"api.example.com", "api.example.com:8443", "api.example.com:*", "*.example.com", "[::1]:8080" or "*"';

/** @returns the list, or the first entry that is none */
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
  // The parser leaves the scheme's own port out.
  return isHost && (port === ANY || port === url.port);
}

/** Lower case, IP addresses in their one form, without the dot of the root. */
function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

/** An entry names no scheme, so both schemes' own ports are the same as none. */
function withoutDefault(port: string): string {
  return port === '80' || port === '443' ? '' : port;
}
