/**
 * Decodes an `ExportTraceServiceRequest` from protobuf into its OTLP/JSON form.
 *
 * A table of the few messages that a trace request consists of, and the wire format; fields that are not in the
 * table are skipped, as protobuf demands. Hand-written, because none of the packages here exports generated
 * classes for OTLP. Exporters use `http/protobuf` by default.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import type { OtlpTraceRequest } from './otlp-span';

/**
 * Name and type of each field, by message and field number. The type is a message's name or one of {@link SCALARS},
 * with `[]` for a repeated field.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, readonly [name: string, type: string]>>>> = {
  ExportTraceServiceRequest: { 1: ['resourceSpans', 'ResourceSpans[]'] },
  ResourceSpans: { 1: ['resource', 'Resource'], 2: ['scopeSpans', 'ScopeSpans[]'] },
  Resource: { 1: ['attributes', 'KeyValue[]'] },
  ScopeSpans: { 1: ['scope', 'InstrumentationScope'], 2: ['spans', 'Span[]'] },
  InstrumentationScope: { 1: ['name', 'string'] },
  Span: {
    1: ['traceId', 'hex'],
    2: ['spanId', 'hex'],
    3: ['traceState', 'string'],
    4: ['parentSpanId', 'hex'],
    5: ['name', 'string'],
    6: ['kind', 'uint32'],
    7: ['startTimeUnixNano', 'uint64'],
    8: ['endTimeUnixNano', 'uint64'],
    9: ['attributes', 'KeyValue[]'],
    11: ['events', 'Event[]'],
    13: ['links', 'Link[]'],
    15: ['status', 'Status'],
    16: ['flags', 'uint32'],
  },
  Event: { 1: ['timeUnixNano', 'uint64'], 2: ['name', 'string'], 3: ['attributes', 'KeyValue[]'] },
  Link: { 1: ['traceId', 'hex'], 2: ['spanId', 'hex'], 4: ['attributes', 'KeyValue[]'] },
  Status: { 2: ['message', 'string'], 3: ['code', 'uint32'] },
  KeyValue: { 1: ['key', 'string'], 2: ['value', 'AnyValue'] },
  AnyValue: {
    1: ['stringValue', 'string'],
    2: ['boolValue', 'bool'],
    3: ['intValue', 'int64'],
    4: ['doubleValue', 'double'],
    5: ['arrayValue', 'ArrayValue'],
    6: ['kvlistValue', 'KeyValueList'],
    7: ['bytesValue', 'base64'],
  },
  ArrayValue: { 1: ['values', 'AnyValue[]'] },
  KeyValueList: { 1: ['values', 'KeyValue[]'] },
};

/** Value of a field on the wire: a number (varint, fixed 32 or 64 bits) or bytes. */
type Wire = bigint | Buffer;

const SCALARS: Readonly<Record<string, (wire: Wire) => unknown>> = {
  string: (wire) => (wire as Buffer).toString('utf8'),
  hex: (wire) => (wire as Buffer).toString('hex'),
  base64: (wire) => (wire as Buffer).toString('base64'),
  bool: (wire) => wire !== 0n,
  uint32: (wire) => Number(wire),
  uint64: (wire) => String(wire),
  int64: (wire) => String(BigInt.asIntN(64, wire as bigint)),
  double: (wire) => new Float64Array(BigUint64Array.of(wire as bigint).buffer)[0],
};

/** Returns the request in its OTLP/JSON form. @throws {RangeError} if the bytes are not protobuf */
export function decodeTraceRequest(bytes: Buffer): OtlpTraceRequest {
  return decode(bytes, 'ExportTraceServiceRequest') as OtlpTraceRequest;
}

function decode(bytes: Buffer, message: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [fieldNumber, wire] of fields(bytes)) {
    const field = MESSAGES[message]?.[fieldNumber];
    if (field === undefined) continue;
    const [name, type] = field;
    const itemType = type.replace('[]', '');
    const value = SCALARS[itemType]?.(wire) ?? decode(wire as Buffer, itemType);
    if (itemType === type) decoded[name] = value;
    else decoded[name] = [...((decoded[name] as unknown[] | undefined) ?? []), value];
  }
  return decoded;
}

function* fields(bytes: Buffer): Generator<[fieldNumber: number, wire: Wire]> {
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(position++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('protobuf: varint longer than 10 bytes');
  };
  const take = (length: number): Buffer => {
    if (position + length > bytes.length) throw new RangeError('protobuf: field reaches past the end');
    position += length;
    return bytes.subarray(position - length, position);
  };
  while (position < bytes.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) yield [tag >>> 3, varint()];
    else if (wireType === 1) yield [tag >>> 3, take(8).readBigUInt64LE()];
    else if (wireType === 2) yield [tag >>> 3, take(Number(varint()))];
    else if (wireType === 5) yield [tag >>> 3, BigInt(take(4).readUInt32LE())];
    else throw new RangeError(`protobuf: wire type ${wireType} is not in use`);
  }
}
