/**
 * Decodes failures in place whose message and stack a data converter has encoded (`encodeCommonAttributes`).
 */
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { decodeOptionalSinglePayload } from '@temporalio/common/lib/internal-non-workflow';
import { isRecord, textOf } from '../../core/util/untrusted';
import type { Failure, HistoryEvent } from '../timeline/history-event';

/**
 * Decodes all failures of the events. Never rejects; a failure that cannot be decoded gets a note in its
 * message.
 */
export async function decodeFailures(client: Client, events: readonly HistoryEvent[]): Promise<void> {
  for (const event of events) {
    for (const failure of failuresOf(event))
      for (let link: Failure | null | undefined = failure; link; link = link.cause)
        await decode(client, link);
  }
}

function failuresOf(event: HistoryEvent): Failure[] {
  const found: Failure[] = [];
  for (const attributes of Object.values(event)) {
    if (!isRecord(attributes)) continue;
    for (const name of ['failure', 'lastFailure'] as const)
      if (isRecord(attributes[name])) found.push(attributes[name] as Failure);
    const { outcome } = attributes;
    if (isRecord(outcome) && isRecord(outcome.failure)) found.push(outcome.failure as Failure);
  }
  return found;
}

async function decode(client: Client, failure: Failure): Promise<void> {
  if (!failure.encodedAttributes) return;
  const { loadedDataConverter } = client.options;
  try {
    const payload = failure.encodedAttributes as Payload;
    const value: unknown = await decodeOptionalSinglePayload(loadedDataConverter, payload);
    if (!isRecord(value)) return;
    failure.message = textOf(value.message) ?? failure.message ?? null;
    failure.stackTrace = textOf(value.stack_trace) ?? failure.stackTrace ?? null;
  } catch {
    failure.message = `${failure.message ?? ''} (encoded; start the console with --data-converter)`;
  }
}
