/**
 * The limits of a Temporal server, and functions that keep values within them.
 *
 * Pure. The limits are the server's defaults, or those of the strictest store: SQL visibility allows 255 characters
 * in a search attribute or an id, and no NUL; the server retries to store a longer one forever, and the run stays
 * "Running" in lists. The sandbox, the host and the client cut a value with the same function, so that each finds
 * what another has written.
 *
 * @see https://docs.temporal.io/self-hosted-guide/defaults
 */
import type { SearchAttributePair } from '@temporalio/common';
import { fnv1a } from './util/hash';

/** Most characters (code points) of a Keyword, a workflow id, a workflow type or a task queue. */
export const MAX_NAME_LENGTH = 255;
/** Most bytes of a workflow id. */
const MAX_ID_BYTES = 1_000;
/** Most search attributes of one start. */
const MAX_SEARCH_ATTRIBUTES = 100;
/** Most bytes of all search attributes of a run. */
const MAX_SEARCH_ATTRIBUTES_BYTES = 40 * 1_024;
/** Bytes of an attribute besides its name and its value: encoding, type, lengths. */
const ATTRIBUTE_BYTES = 60;
/** Most bytes of a child workflow's summary. */
const MAX_SUMMARY_BYTES = 400;
/** Most bytes of all headers of a Nexus operation, names and values. */
export const MAX_NEXUS_HEADER_BYTES = 4_096;
/** Most bytes of one payload: a little less than the server's 2 MiB. */
export const MAX_PAYLOAD_BYTES = 2_000_000;
/** Most children of a workflow that are open at the same time. */
export const MAX_PENDING_CHILDREN = 2_000;
/** Most events of a history. */
export const MAX_HISTORY_EVENTS = 51_200;
/** Events of a history from which the server suggests to continue as new. */
export const CONTINUE_AS_NEW_EVENTS = 4_096;
/** Most bytes of one message, such as all commands of a workflow task. */
export const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

/** Description of a valid name, for errors. */
export const NAME_EXPECTED = `at most ${MAX_NAME_LENGTH} characters, no double quote, backslash or control character`;

/** Whether the text is stored unchanged as a Keyword, an id or a type. */
export function isStorable(text: string): boolean {
  return text === toKeyword(text);
}

/** Matches characters that no store's queries can find, even if they are escaped. */
const NOT_FINDABLE = /["\\\p{Cc}]/gu;

/**
 * Returns the text as a Keyword that every store accepts and finds: its first 255 characters, with U+FFFD for
 * double quotes, backslashes and control characters.
 */
export function toKeyword(text: string): string {
  const findable = text.replace(NOT_FINDABLE, '\ufffd').toWellFormed();
  return findable.length <= MAX_NAME_LENGTH
    ? findable
    : Array.from(findable).slice(0, MAX_NAME_LENGTH).join('');
}

/** Returns the text without characters that a store refuses or silently changes. */
function clean(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/**
 * Returns a workflow id to which `room` ASCII characters can be appended: the id itself, or the beginning of a
 * longer one and a hash, which distinguishes it from others with the same beginning.
 */
export function idWithRoom(workflowId: string, room: number): string {
  const maxLength = MAX_NAME_LENGTH - room;
  const maxBytes = MAX_ID_BYTES - room;
  const characters = Array.from(workflowId);
  if (characters.length <= maxLength && utf8Length(workflowId) <= maxBytes) return workflowId;
  const end = `~${hash(workflowId)}`;
  return cutBytes(characters.slice(0, maxLength - end.length).join(''), maxBytes - end.length) + end;
}

/** Whether a run may have these search attributes, by their number and their size with the values as JSON. */
export function haveRoom(attributes: readonly SearchAttributePair[]): boolean {
  const bytes = attributes.reduce(
    (sum, { key, value }) =>
      sum + key.name.length + utf8Length(JSON.stringify(value) ?? '') + ATTRIBUTE_BYTES,
    0,
  );
  return attributes.length <= MAX_SEARCH_ATTRIBUTES && bytes <= MAX_SEARCH_ATTRIBUTES_BYTES;
}

/** Returns the text as a child workflow's summary, cut to the server's limit, which applies to its JSON. */
export function toSummary(text: string): string {
  return cutBytes(clean(text), MAX_SUMMARY_BYTES, (part) => utf8Length(JSON.stringify(part)));
}

/** Returns the bytes of the text in UTF-8; a lone surrogate counts as two, half of a pair's four. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Returns the longest beginning of at most `maxBytes` bytes, in whole characters. */
function cutBytes(text: string, maxBytes: number, lengthOf = utf8Length): string {
  if (lengthOf(text) <= maxBytes) return text;
  const characters = Array.from(text);
  let [fits, fails] = [0, characters.length];
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (lengthOf(characters.slice(0, middle).join('')) <= maxBytes) fits = middle;
    else fails = middle;
  }
  return characters.slice(0, fits).join('');
}

/** Returns 16 hex digits: the text's hashes with two different seeds. */
function hash(text: string): string {
  return [0x811c9dc5, 0x9e3779b1].map((seed) => halfOf(text, seed).toString(16).padStart(8, '0')).join('');
}

function halfOf(text: string, seed: number): number {
  const hashed = fnv1a(text, seed);
  // Half of MurmurHash3's finalizer: without it, both halves would change in step.
  const mixed = Math.imul(hashed ^ (hashed >>> 16), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
