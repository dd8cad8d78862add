/**
 * OTLP/HTTP responses, in the encoding of the request.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
import { Writer } from 'protobufjs/minimal';
import type { EncodingName } from './otlp/encodings';

const MEDIA_TYPES: Readonly<Record<EncodingName, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** Returns the encoding of a media type, ignoring its parameters; `undefined` for other or missing types. */
export function encodingOf(mediaType: string | undefined): EncodingName | undefined {
  const type = mediaType?.split(';')[0]?.trim().toLowerCase();
  if (type === MEDIA_TYPES.protobuf) return 'protobuf';
  return type === MEDIA_TYPES.json ? 'json' : undefined;
}

/** Returns the response for stored spans; with rejected ones, a partial success. */
export function stored(encoding: EncodingName, rejectedSpans: number, message: string): Response {
  const headers = { 'content-type': MEDIA_TYPES[encoding] };
  if (encoding === 'json') {
    const partialSuccess = { rejectedSpans: String(rejectedSpans), errorMessage: message };
    return new Response(JSON.stringify(rejectedSpans > 0 ? { partialSuccess } : {}), { headers });
  }
  const writer = Writer.create();
  if (rejectedSpans > 0)
    writer
      .uint32(field(1, 2))
      .fork()
      .uint32(field(1, 0))
      .int64(rejectedSpans)
      .uint32(field(2, 2))
      .string(message)
      .ldelim();
  return new Response(bytesOf(writer), { headers });
}

/** Returns an error response, a `google.rpc.Status` with the message. Senders retry after a 503. */
export function notStored(
  encoding: EncodingName,
  status: 400 | 413 | 503,
  message: string,
  retryAfterSeconds?: number,
): Response {
  const headers = {
    'content-type': MEDIA_TYPES[encoding],
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
  const body =
    encoding === 'json'
      ? JSON.stringify({ message })
      : bytesOf(Writer.create().uint32(field(2, 2)).string(message));
  return new Response(body, { status, headers });
}

/** Returns a protobuf field tag; wire type 0 is a varint, 2 is length-delimited. */
function field(number: number, wireType: 0 | 2): number {
  return (number << 3) | wireType;
}

function bytesOf(writer: Writer): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(writer.finish());
}
