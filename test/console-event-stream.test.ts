/**
 * The event stream of a page that stops reading: what waits for it is bounded, and its subscriptions end.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ConsoleData } from '../console/api/console-data';
import { eventRoutes } from '../console/api/http/events';
import { LiveHub } from '../console/api/live';
import type { LiveEvents } from '../console/types';

const KEEP_ALIVE_MS = 15_000;
const STATUS = {} as LiveEvents['status'];

let open: string[];
let live: LiveHub;
let closing: AbortController;

/** Returns the data of one namespace that records what is watched. */
function watchedData(): ConsoleData {
  const watch = (what: string) => () => {
    open.push(what);
    return () => {
      open = open.filter((other) => other !== what);
    };
  };
  const namespace = { poller: { watch: watch('runs') }, incidents: { watch: watch('incidents') } };
  return { namespaces: new Map([['default', namespace]]) } as unknown as ConsoleData;
}

async function connect(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await eventRoutes(watchedData(), live, closing.signal).request('/api/events');
  ok(body);
  return body.getReader();
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  open = [];
  live = new LiveHub();
  closing = new AbortController();
});
afterEach(() => mock.timers.reset());

it('ends the stream of a page that does not read', async () => {
  const reader = await connect();
  deepEqual(open, ['runs', 'incidents']);
  // The next keep-alive comment waits behind an event that the page does not read.
  live.emit('status', STATUS);
  await setImmediate();
  mock.timers.tick(KEEP_ALIVE_MS);
  await setImmediate();
  for (let sent = 0; sent < 3_000; sent++) live.emit('status', STATUS);
  await setImmediate();
  deepEqual(open, []);
  const texts: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    texts.push(new TextDecoder().decode(value));
  }
  equal(texts.length, 1_001);
});

it('keeps the stream of a page that reads', async () => {
  const reader = await connect();
  for (let sent = 0; sent < 3_000; sent++) {
    live.emit('status', STATUS);
    match(new TextDecoder().decode((await reader.read()).value), sent === 0 ? /^: alive/ : /^event: status/);
  }
  deepEqual(open, ['runs', 'incidents']);
  closing.abort();
  await setImmediate();
  deepEqual(open, []);
});
