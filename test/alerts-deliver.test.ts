/** A delivery attempt: what is retried, and what is reported to others. */
import { deepEqual, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { PostResult } from '../alerts/channels/post';
import type { AlertMessage } from '../alerts/incident/message';
import { createDeliver } from '../alerts/process/deliver';

const MESSAGE: AlertMessage = {
  id: 'msg_1',
  key: 'failure',
  type: 'job.failed',
  state: 'open',
  sinceMs: 1_000,
  facts: {},
  queuedMs: 2_000,
};

describe('a message to a channel that the configuration of this process does not have', () => {
  const why = 'there is no channel team in the configuration';
  const refused: string[] = [];
  const deliver = createDeliver({
    send: async (): Promise<PostResult> => ({ kind: 'unknown', why }),
    silences: async () => [],
    refused: (channel) => refused.push(channel),
    delivered: () => {},
  });
  const attempt = (number: number, state: AlertMessage['state']) =>
    new MockActivityEnvironment({ attempt: number, scheduledTimestampMs: Date.now() }).run(deliver, {
      channel: 'team',
      subject: { kind: 'job', name: 'nightly' } as const,
      message: { ...MESSAGE, state },
    });

  it('is retried, since another process may have read a newer one', async () => {
    for (const number of [1, 2, 3]) await rejects(attempt(number, 'open'), { type: 'AlertNotDelivered' });
    deepEqual(refused, []);
  });

  it('is dropped then, which is reported only for the beginning of a problem', async () => {
    deepEqual(await attempt(4, 'resolved'), { status: 'refused', why });
    deepEqual(refused, []);
    deepEqual(await attempt(4, 'open'), { status: 'refused', why });
    deepEqual(refused, ['team']);
  });
});

describe('a message', () => {
  const DAY_MS = 86_400_000;
  /** Far from the time of this process. */
  const scheduledTimestampMs = Date.now() + 10 * DAY_MS;
  const deliver = createDeliver({
    send: async (): Promise<PostResult> => ({ kind: 'retry', why: 'busy' }),
    silences: async () => [{ job: 'nightly', untilMs: scheduledTimestampMs + 1_000, reason: 'release' }],
    refused: () => {},
    delivered: () => {},
  });
  const attempt = (laterMs: number) =>
    new MockActivityEnvironment({
      attempt: 6,
      scheduledTimestampMs,
      currentAttemptScheduledTimestampMs: scheduledTimestampMs + laterMs,
    }).run(deliver, {
      channel: 'team',
      subject: { kind: 'job', name: 'nightly' } as const,
      message: MESSAGE,
    });

  it("is silenced, and retried for a day, by the server's clock", async () => {
    const untilMs = scheduledTimestampMs + 1_000;
    deepEqual(await attempt(999), { status: 'silenced', untilMs, reason: 'release' });
    await rejects(attempt(1_000), { type: 'AlertNotDelivered' });
    deepEqual(await attempt(DAY_MS), { status: 'refused', why: 'busy, for 24 hours' });
  });
});
