/** Failures whose texts are encoded for the server, as the console shows them: with the data converter, and without. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, type DataConverter, type PayloadCodec } from '@temporalio/common';
import { encodeErrorToFailure, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { decodeFailures } from '../console/temporal/decode-failures';
import type { Failure, HistoryEvent } from '../console/timeline/history-event';

const ENCODING = 'test/inverted';

/** As one that encrypts: nothing can be read without it. */
const codec: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map(({ data }) => ({ metadata: { encoding: Buffer.from(ENCODING) }, data: inverted(data) })),
  decode: async (payloads) =>
    payloads.map(({ data }) => ({ metadata: { encoding: Buffer.from('json/plain') }, data: inverted(data) })),
};
const dataConverter: DataConverter = {
  payloadCodecs: [codec],
  failureConverterPath: require.resolve('./support/encoded-failures'),
};

function inverted(data: Uint8Array | null | undefined): Uint8Array {
  return (data ?? new Uint8Array()).map((byte) => byte ^ 255);
}

/** The last event of a run that failed, as the server has it, after the console has decoded it so. */
async function decoded(by: DataConverter): Promise<{ failure: Failure; outer: Failure }> {
  const error = ApplicationFailure.create({ message: 'no stock', cause: new Error('of item 7') });
  const outer = (await encodeErrorToFailure(loadDataConverter(dataConverter), error)) as Failure;
  equal(/stock|item/.test(JSON.stringify(outer)), false, 'the server cannot read it');
  const event = { workflowExecutionFailedEventAttributes: { failure: outer } } as HistoryEvent;
  const client = { options: { loadedDataConverter: loadDataConverter(by) } } as Client;
  await decodeFailures(client, [event]);
  return { outer, failure: outer.cause as Failure };
}

it('encoded failures are decoded with the data converter, causes too', async () => {
  const { outer, failure } = await decoded(dataConverter);
  deepEqual([outer.message, failure.message], ['no stock', 'of item 7']);
  ok(failure.stackTrace?.includes(__filename.replace(/.*\//, '')));
});

it('without the data converter their messages name the option', async () => {
  const { outer, failure } = await decoded({});
  for (const { message } of [outer, failure])
    equal(message, 'Encoded failure (encoded; start the console with --data-converter)');
});
