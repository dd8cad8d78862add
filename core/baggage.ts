/**
 * W3C `baggage`: the user's entries plus ours cross the workflow, so that a downstream service can tell the
 * scheduler's traffic from users' requests with a plain header.
 *
 * Pure. Entries of foreign origin are kept as text; only our own keys are replaced.
 *
 * @see https://www.w3.org/TR/baggage/#limits
 */

import { safely } from './util/untrusted';

/** Bytes of a `baggage` header; further entries are dropped, the user's last ones first. */
const MAX_BAGGAGE_BYTES = 8_192;
/** Characters of a value of ours. */
const MAX_VALUE_LENGTH = 256;
/** A name as W3C allows it, and metadata that cannot be taken for another entry or another header. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const METADATA = /^[\x20-\x2b\x2d-\x7e]*$/;

/** One entry: `value` is percent-decoded, `metadata` is what follows the first semicolon. */
export interface BaggageEntry {
  readonly value: string;
  readonly metadata?: string;
}

/** What the plugin itself puts into baggage. */
export interface JobBaggage {
  readonly 'job.name': string;
  readonly 'job.run.id': string;
  readonly 'job.trigger': string;
  readonly 'traffic.origin': 'scheduler';
  readonly 'traffic.lane'?: string;
  readonly 'traffic.loadtest'?: 'true';
}

/** Reads a `baggage` header; entries that are not valid are left out. Never throws. */
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

/** Writes a `baggage` header within the limit, earlier entries first; what cannot be sent is left out. Never throws. */
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

/** The run's entries first, then the user's that do not bear the same names. */
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

/** `encodeURIComponent` throws on half of a surrogate pair. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
