/** A payload codec, as a stand-in for one that encrypts: without it, nothing can be read. */
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

const ENCODING = 'binary/inverted';
const { Payload: PayloadMessage } = temporal.api.common.v1;

const inverted = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 255);

/** Inverts all bytes of a payload, its metadata included; payloads of others are decoded as they are. */
export const CODEC: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({
      metadata: { encoding: Buffer.from(ENCODING) },
      data: inverted(PayloadMessage.encode(payload).finish()),
    })),
  decode: async (payloads) =>
    payloads.map((payload): Payload => {
      const isOurs = Buffer.from(payload.metadata?.encoding ?? []).toString() === ENCODING;
      return isOurs ? PayloadMessage.decode(inverted(payload.data ?? new Uint8Array())) : payload;
    }),
};
