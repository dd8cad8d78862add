/** What keeps alerts from being told is told by the process itself, once a day for each channel; and a codec is no obstacle. */
import { deepEqual, doesNotMatch, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { PostResult } from '../../alerts/channels/post';
import type { AlertMessage } from '../../alerts/incident/message';
import { BlindMonitor } from '../../alerts/process/blind';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';

const MINUTE = 60_000;

function monitor(channels = ['oncall', 'team']) {
  let nowMs = 0;
  const sent: { channel: string; message: AlertMessage }[] = [];
  const blind = new BlindMonitor({
    namespace: 'default',
    channels: () => channels,
    now: () => nowMs,
    signal: new AbortController().signal,
    send: async (channel, _, message): Promise<PostResult> => {
      sent.push({ channel, message });
      return { kind: 'delivered' };
    },
  });
  const at = (ms: number) => {
    nowMs = ms;
    blind.begin('visibility', 'the server cannot be read', { afterMs: 5 * MINUTE });
  };
  const told = () => sent.map(({ channel, message: { state } }) => `${channel} ${state}`);
  return { blind, at, sent, told };
}

describe('a watcher that cannot alert', () => {
  it('is reported after five minutes to every channel, and so is its end', () => {
    const { blind, at, told } = monitor();
    at(0);
    at(5 * MINUTE - 1);
    deepEqual(told(), []);
    at(5 * MINUTE);
    at(6 * MINUTE);
    deepEqual(told(), ['oncall open', 'team open']);
    blind.end('visibility');
    blind.end('visibility');
    deepEqual(told().slice(2), ['oncall resolved', 'team resolved']);
  });

  it('is reported again after a day', () => {
    const { at, told } = monitor(['oncall']);
    for (let hour = 0; hour <= 49; hour++) at(hour * 60 * MINUTE);
    deepEqual(told(), ['oncall open', 'oncall open', 'oncall open']);
  });

  it('that recovers within five minutes is not reported', () => {
    const { blind, at, told } = monitor();
    at(0);
    blind.end('visibility');
    at(6 * MINUTE);
    deepEqual(told(), []);
  });

  it('because of a channel is reported on the others, with the same id from every process', () => {
    const [one, other] = [monitor(), monitor()];
    for (const { blind } of [one, other])
      blind.begin('channel:team', 'channel team refuses', { about: 'team' });
    deepEqual(one.told(), ['oncall open']);
    equal(one.sent[0]?.message.id, other.sent[0]?.message.id);
  });

  it('reports missing search attributes, and continues when they are registered', async () => {
    const stage = await Stage.start({ attributes: false });
    try {
      const watcher = await stage.watch();
      const says = (text: RegExp) =>
        until(() => stage.log.some((line) => text.test(line)), { says: () => stage.log.join('\n') });
      await says(/search attributes are missing in namespace alerts-/);
      await stage.whileWorking(async () => {
        // The worker of the jobs registers them.
        await says(/the search attributes are registered/);
        await stage.isWatching(watcher);
        await stage.run('nightly', 'breaks', []);
        await stage.receiver.has(1);
      });
      deepEqual(stage.receiver.told(), ['job.failed open nightly']);
    } finally {
      await stage.stop();
    }
  });
});

/** Nothing secret: it only makes payloads unreadable. */
class Scrambled implements PayloadCodec {
  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => ({
      metadata: { encoding: Buffer.from('binary/scrambled') },
      data: Buffer.from(JSON.stringify(toText(payload))).map((byte) => byte ^ 0x5a),
    }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== 'binary/scrambled') return payload;
      const text = Buffer.from(Buffer.from(payload.data ?? []).map((byte) => byte ^ 0x5a)).toString();
      const { encoding, data } = JSON.parse(text);
      return { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data, 'base64') };
    });
  }
}

function toText({ metadata, data }: Payload) {
  const encoding = Buffer.from(metadata?.encoding ?? []).toString();
  return { encoding, data: Buffer.from(data ?? []).toString('base64') };
}

describe('a codec', () => {
  it('that the watcher lacks does not make it blind', async () => {
    const dataConverter = { payloadCodecs: [new Scrambled()] };
    const stage = await Stage.start({ dataConverter });
    try {
      await stage.isWatching(await stage.watch());
      await stage.whileWorking(() => stage.run('coded', 'breaks', ['in clear']), { dataConverter });
      const [first] = await stage.receiver.has(1);
      deepEqual(first?.payload.data.error, { type: 'Broken', message: 'in clear' });
      equal(first?.payload.data.job, 'coded');
    } finally {
      await stage.stop();
    }
  });

  it('is applied to the data of incidents, and errors are decoded in messages', async () => {
    const dataConverter = { payloadCodecs: [new Scrambled()] };
    const stage = await Stage.start({ dataConverter });
    try {
      await stage.isWatching(await stage.watch(stage.config(), { dataConverter }));
      await stage.whileWorking(() => stage.run('coded', 'breaks', ['in clear']), { dataConverter });
      const [first] = await stage.receiver.has(1);
      deepEqual(first?.payload.data.error, { type: 'Broken', message: 'in clear' });
      equal(first?.payload.data.job, 'coded');
      const history = await stage.client.workflow.getHandle('job-alert/coded').fetchHistory();
      const text = JSON.stringify(history, (_, value) =>
        value?.data ? Buffer.from(value.data).toString() : value,
      );
      doesNotMatch(text, /"runId\\":|lastSuccess|workflowType\\/);
    } finally {
      await stage.stop();
    }
  });
});
