/**
 * The two encodings of an OTLP trace request. Both are decoded into objects with the same names; ids, 64-bit
 * numbers and bytes differ, and are read by {@link Encoding}. Decoded values are not trusted.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { Reader } from 'protobufjs/minimal';
import { messages } from './messages';

/** Encodings of OTLP/HTTP: `application/x-protobuf` and `application/json`. */
export type EncodingName = 'protobuf' | 'json';

/** Reads values that differ between the encodings. Never throws; returns `undefined` for invalid values. */
export interface Encoding {
  /** Decodes a request. Throws if the bytes are not a request. */
  decode(bytes: Uint8Array): unknown;
  /** Returns an id of any length as lower-case hex digits. */
  id(value: unknown): string | undefined;
  /** Returns a number from 0 to 2^64 - 1. */
  unsigned(value: unknown): bigint | undefined;
  /** Returns a number from -2^63 to 2^63 - 1. */
  signed(value: unknown): bigint | undefined;
  /** Returns bytes as Base64. */
  base64(value: unknown): string | undefined;
}

/** A 64-bit number as protobufjs decodes it. */
interface Long {
  readonly low: number;
  readonly high: number;
}

interface Decoder {
  decode(reader: Reader): unknown;
}

const PROTOBUF: Encoding = {
  decode(bytes) {
    const reader = Reader.create(bytes);
    // Otherwise fields of later versions would be kept.
    reader.discardUnknown = true;
    return (messages.collector.trace.v1.ExportTraceServiceRequest as Decoder).decode(reader);
  },
  id: (value) => (value instanceof Uint8Array ? bufferOf(value).toString('hex') : undefined),
  unsigned: (value) => (isLong(value) ? bits(value) : undefined),
  signed: (value) => (isLong(value) ? BigInt.asIntN(64, bits(value)) : undefined),
  base64: (value) => (value instanceof Uint8Array ? bufferOf(value).toString('base64') : undefined),
};

const HEX = /^[0-9a-fA-F]*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const INTEGER = /^-?\d{1,20}$/;

const JSON_ENCODING: Encoding = {
  decode: (bytes) => JSON.parse(bufferOf(bytes).toString('utf8')) as unknown,
  id: (value) => (typeof value === 'string' && HEX.test(value) ? value.toLowerCase() : undefined),
  unsigned: (value) => within(value, 0n, 2n ** 64n - 1n),
  signed: (value) => within(value, -(2n ** 63n), 2n ** 63n - 1n),
  base64: (value) => (typeof value === 'string' && BASE64.test(value) ? value : undefined),
};

/** The encodings by name. */
export const ENCODINGS: Readonly<Record<EncodingName, Encoding>> = {
  protobuf: PROTOBUF,
  json: JSON_ENCODING,
};

function isLong(value: unknown): value is Long {
  return typeof value === 'object' && value !== null && 'low' in value && 'high' in value;
}

function bits({ high, low }: Long): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** In JSON, 64-bit numbers are decimal strings, but many senders write numbers. */
function within(value: unknown, low: bigint, high: bigint): bigint | undefined {
  const isInteger = typeof value === 'string' ? INTEGER.test(value) : Number.isInteger(value);
  if (!isInteger) return undefined;
  const integer = BigInt(value as string | number);
  return integer >= low && integer <= high ? integer : undefined;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
