/**
 * What a Temporal server takes, and how this package keeps within it: the one place that has the limits.
 *
 * Pure. They are the defaults of the server, or what the strictest store holds: SQL visibility has 255 characters for a
 * search attribute or an id, and no NUL; a longer one is tried again for ever, and the run stays "Running" in lists. The
 * same function cuts a value in the sandbox, on the host and in the client, so that all find what one has written.
 *
 * @see https://docs.temporal.io/self-hosted-guide/defaults
 */
import type { SearchAttributePair } from '@temporalio/common';

/** Characters (code points) of a Keyword, a workflow id, a workflow type or a task queue. */
export const MAX_NAME_LENGTH = 255;
/** Bytes of a workflow id. */
const MAX_ID_BYTES = 1_000;
/** Search attributes of one start. */
const MAX_SEARCH_ATTRIBUTES = 100;
/** Bytes of all search attributes of a run. */
const MAX_SEARCH_ATTRIBUTES_BYTES = 40 * 1_024;
/** Of each attribute, besides its name and its value: encoding, type, lengths. */
const ATTRIBUTE_BYTES = 60;
/** Bytes of the summary of a child workflow. */
const MAX_SUMMARY_BYTES = 400;
/** Bytes of all headers of a Nexus operation, names and values. */
export const MAX_NEXUS_HEADER_BYTES = 4_096;
/** Bytes of one message, as of all commands of a workflow task. */
export const MAX_MESSAGE_BYTES = 4 * 1_024 * 1_024;

/** What an option that is a name is expected to be. */
export const NAME_EXPECTED = `at most ${MAX_NAME_LENGTH} characters, no double quote, backslash or control character`;

/** Whether a Keyword, an id or a type of this text is stored as it is. */
export function isStorable(text: string): boolean {
  return text === toKeyword(text);
}

/** What the queries of no store find, however it is written. */
const NOT_FINDABLE = /["\\\p{Cc}]/gu;

/**
 * The text as a Keyword that every store takes and finds: its first 255 characters, with U+FFFD for a double quote, a
 * backslash and control characters.
 */
export function toKeyword(text: string): string {
  const findable = text.replace(NOT_FINDABLE, '\ufffd').toWellFormed();
  return findable.length <= MAX_NAME_LENGTH
    ? findable
    : Array.from(findable).slice(0, MAX_NAME_LENGTH).join('');
}

/** Without what a store refuses, or changes in secret. */
function clean(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/**
 * The id, so that this many characters of ASCII can be put behind it; of a longer one its beginning and a hash, which
 * keeps it apart from others that begin alike.
 */
export function idWithRoom(workflowId: string, room: number): string {
  const maxLength = MAX_NAME_LENGTH - room;
  const maxBytes = MAX_ID_BYTES - room;
  const characters = Array.from(workflowId);
  if (characters.length <= maxLength && utf8Length(workflowId) <= maxBytes) return workflowId;
  const end = `~${hash(workflowId)}`;
  return cutBytes(characters.slice(0, maxLength - end.length).join(''), maxBytes - end.length) + end;
}

/** Whether a run may have these search attributes: names, and what their values are as JSON. */
export function haveRoom(attributes: readonly SearchAttributePair[]): boolean {
  const bytes = attributes.reduce(
    (sum, { key, value }) =>
      sum + key.name.length + utf8Length(JSON.stringify(value) ?? '') + ATTRIBUTE_BYTES,
    0,
  );
  return attributes.length <= MAX_SEARCH_ATTRIBUTES && bytes <= MAX_SEARCH_ATTRIBUTES_BYTES;
}

/** A child workflow's summary, which the server takes as JSON. */
export function toSummary(text: string): string {
  return cutBytes(clean(text), MAX_SUMMARY_BYTES, (part) => utf8Length(JSON.stringify(part)));
}

/** Bytes of the text in UTF-8; half of a surrogate pair counts as the two bytes that it has in the pair. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** The longest beginning that has at most this many bytes; whole characters. */
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

/** 16 hex digits: FNV-1a twice, over the text and over it with another beginning. */
function hash(text: string): string {
  return [0x811c9dc5, 0x9e3779b1].map((seed) => fnv(text, seed).toString(16).padStart(8, '0')).join('');
}

function fnv(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  // The finalizer of MurmurHash3: without it, both halves would change in step.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
