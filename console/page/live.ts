/**
 * Live events. The stream is open only while the tab is visible, since a browser allows six connections to a
 * host, and a seventh tab would hang. Of several visible windows, only those that opened theirs last have a
 * stream; the others reload every few seconds.
 */
import { effect, signal } from '@preact/signals';
import type { LiveEvents } from '../types';
import { address } from './address';

/** A change from the server; `again` if changes may have been missed. */
export type Change =
  | { readonly name: 'runs'; readonly data: LiveEvents['runs'] }
  | { readonly name: 'traces'; readonly data: LiveEvents['traces'] }
  | { readonly name: 'alerts' | 'status' | 'again' };

/** Maximum number of windows with a stream. */
const MAX_STREAMS = 3;
/** Interval at which windows without a stream reload. */
const READ_AGAIN_MS = 5_000;

/** State of the stream; `closed` while the tab is hidden, `shared` while other windows have the streams. */
export const connection = signal<'open' | 'connecting' | 'closed' | 'shared'>('connecting');

const listeners = new Set<(change: Change) => void>();
let stream: EventSource | undefined;
let streamUrl = '';
/** Announces streams to other windows; `openedSince` counts those opened after this window's stream. */
const windows = new BroadcastChannel('streams');
let openedSince = 0;

/** Adds a listener; returns a function that removes it. */
export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const isVisible = signal(document.visibilityState === 'visible');

/** Opens the stream of events whenever the page is visible. Called once. */
export function listen(): void {
  document.addEventListener('visibilitychange', () => {
    isVisible.value = document.visibilityState === 'visible';
  });
  windows.onmessage = () => {
    openedSince += 1;
    if (openedSince < MAX_STREAMS || stream === undefined) return;
    close();
    connection.value = 'shared';
  };
  addEventListener('focus', () => {
    if (connection.value === 'shared') open(streamUrl);
  });
  setInterval(() => {
    if (connection.value === 'shared') notify({ name: 'again' });
  }, READ_AGAIN_MS);
  effect(() => {
    const run = /^\/runs\/([^/]+)$/.exec(address.value.pathname)?.[1];
    const url = run === undefined ? '/api/events' : `/api/events?run=${run}`;
    if (!isVisible.value) close();
    else if (stream === undefined || streamUrl !== url) open(url);
  });
}

function close(): void {
  stream?.close();
  stream = undefined;
  connection.value = 'closed';
}

function open(url: string): void {
  const isFirst = streamUrl === '';
  close();
  streamUrl = url;
  openedSince = 0;
  windows.postMessage('opened');
  connection.value = 'connecting';
  const opened = new EventSource(url);
  stream = opened;
  // Events are missed between two streams.
  let mayHaveMissed = !isFirst;
  opened.onopen = () => {
    connection.value = 'open';
    if (mayHaveMissed) notify({ name: 'again' });
    mayHaveMissed = true;
  };
  opened.onerror = () => {
    if (stream !== opened) return;
    connection.value = 'connecting';
    // After a refusal (no session, another server) the browser does not reconnect by itself.
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => stream === opened && open(url), 5_000);
  };
  for (const name of ['runs', 'traces', 'alerts', 'status'] as const)
    opened.addEventListener(name, ({ data }) => notify({ name, data: JSON.parse(data) } as Change));
}

function notify(change: Change): void {
  for (const listener of listeners) listener(change);
}
