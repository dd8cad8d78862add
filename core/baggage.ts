/**
 * W3C `baggage`: the user's entries and the plugin's own are passed through the workflow, so that a downstream
 * service can distinguish the scheduler's traffic from user requests by a plain header.
 *
 * Pure. Foreign entries are kept; only the plugin's own keys are replaced.
 *
 * @see https://www.w3.org/TR/baggage/#limits
 */

import { safely } from './util/untrusted';

/** Most bytes of a `baggage` header; further entries are dropped, the user's last ones first. */
const MAX_BAGGAGE_BYTES = 8_192;
/** Most characters of a value that the plugin sets; longer ones are cut. */
const MAX_VALUE_LENGTH = 256;
/** Matches valid names: the tokens of HTTP. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Matches metadata that cannot be mistaken for another entry or header. */
const METADATA = /^[\x20-\x2b\x2d-\x7e]*$/;

/** A baggage entry: `value` is percent-decoded, `metadata` is everything after the first semicolon. */
export interface BaggageEntry {
  readonly value: string;
  readonly metadata?: string;
}

/** The baggage entries that the plugin sets. */
export interface JobBaggage {
  readonly 'job.name': string;
  readonly 'job.run.id': string;
  readonly 'job.trigger': string;
  readonly 'traffic.origin': 'scheduler';
  readonly 'traffic.lane'?: string;
  readonly 'traffic.loadtest'?: 'true';
}

/** Returns the entries of a `baggage` header by name; invalid ones are left out. Never throws. */
export function parseBaggage(header: string | undefined): Map<string, BaggageEntry> {
  const entries = new Map<string, BaggageEntry>();
  for (const member of header?.split(',') ?? []) {
    const [pair = '', ...metadata] = member.split(';');
    const separator = pair.indexOf('=');
    if (separator < 1) continue;
    const value = safely(() => decodeURIComponent(pair.slice(separator + 1).trim()));
    if (value === undefined) continue;
    const name = pair.slice(0, separator).trim();
    entries.set(name, metadata.length > 0 ? { value, metadata: metadata.join(';') } : { value });
  }
  return entries;
}

/** Compiled option `carryBaggage`: all entries. */
export const ALL_BAGGAGE = '*';

/**
 * Returns the entries of a run's starter that the run carries on.
 *
 * @param names compiled option `carryBaggage`: names separated by commas, or {@link ALL_BAGGAGE}
 */
export function carriedBaggage(
  entries: ReadonlyMap<string, BaggageEntry>,
  names: string,
): ReadonlyMap<string, BaggageEntry> {
  if (names === ALL_BAGGAGE) return entries;
  const carried = names.split(',');
  return new Map([...entries].filter(([name]) => carried.includes(name)));
}

/** Whether the value can be the name of an entry. */
export function isBaggageName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** Returns a `baggage` header within the limit, in the order of the entries; invalid ones are left out. Never throws. */
export function formatBaggage(entries: Iterable<readonly [string, BaggageEntry]>): string {
  let header = '';
  for (const [name, { value, metadata = '' }] of entries) {
    if (!NAME.test(name) || !METADATA.test(metadata)) continue;
    const member = `${name}=${encode(value)}${metadata && `;${metadata}`}`;
    if (header.length + member.length + 1 > MAX_BAGGAGE_BYTES) break;
    header += header === '' ? member : `,${member}`;
  }
  return header;
}

/** Returns the run's entries, followed by the user's entries with other names. */
export function mergeBaggage(
  ours: JobBaggage,
  users: ReadonlyMap<string, BaggageEntry>,
): Map<string, BaggageEntry> {
  const merged = new Map<string, BaggageEntry>();
  for (const [name, value] of Object.entries(ours))
    merged.set(name, { value: value.slice(0, MAX_VALUE_LENGTH) });
  for (const [name, entry] of users) if (!merged.has(name)) merged.set(name, entry);
  return merged;
}

/** Returns the text percent-encoded; `encodeURIComponent` alone throws on a lone surrogate. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
