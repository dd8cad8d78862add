/**
 * `watcher.blind`: what keeps alerts from being told. The process tells it by itself, without Temporal: a server that
 * cannot be read cannot be asked to tell so. Once a day for each channel.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostResult } from '../channels/post';
import { retryDelayMs } from '../channels/retry';
import type { AlertMessage, Subject } from '../incident/message';

/** What the monitor needs. */
export interface BlindOptions {
  readonly namespace: string;
  readonly channels: () => readonly string[];
  readonly send: (channel: string, subject: Subject, message: AlertMessage) => Promise<PostResult>;
  readonly now?: () => number;
  readonly signal: AbortSignal;
}

interface Blindness {
  readonly sinceMs: number;
  readonly reason: string;
  /** The channel that cannot be told because it is the reason. */
  readonly about: string | undefined;
  /** By channel, when it was told last. */
  readonly told: Map<string, number>;
}

/** How long the server must have been out of sight. */
export const PATIENCE_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const MAX_ATTEMPTS = 5;

export class BlindMonitor {
  readonly #options: BlindOptions;
  readonly #now: () => number;
  readonly #blind = new Map<string, Blindness>();

  constructor(options: BlindOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Something keeps alerts from being told.
   *
   * @param key the same for the same trouble
   * @param afterMs how long it must last
   * @param about a channel that is the trouble
   */
  begin(
    key: string,
    reason: string,
    { afterMs = 0, about }: { afterMs?: number; about?: string } = {},
  ): void {
    const nowMs = this.#now();
    const known = this.#blind.get(key);
    const blind = { sinceMs: known?.sinceMs ?? nowMs, reason, about, told: known?.told ?? new Map() };
    this.#blind.set(key, blind);
    if (nowMs - blind.sinceMs < afterMs) return;
    for (const channel of this.#options.channels()) {
      const toldMs = blind.told.get(channel) ?? Number.NEGATIVE_INFINITY;
      if (channel === about || nowMs - toldMs < DAY_MS) continue;
      blind.told.set(channel, nowMs);
      void this.#tell(channel, key, blind, 'open');
    }
  }

  /** It is over; told where its beginning was. */
  end(key: string): void {
    const blind = this.#blind.get(key);
    if (blind === undefined) return;
    this.#blind.delete(key);
    for (const channel of blind.told.keys()) void this.#tell(channel, key, blind, 'resolved');
  }

  async #tell(channel: string, key: string, blind: Blindness, state: AlertMessage['state']): Promise<void> {
    const { namespace, send, signal } = this.#options;
    const nowMs = this.#now();
    const day = Math.floor(nowMs / DAY_MS);
    // The same from every process that watches the namespace: receivers that know ids take it once.
    const id = createHash('sha256')
      .update(JSON.stringify([namespace, key, state, day]))
      .digest('hex')
      .slice(0, 32);
    const message: AlertMessage = {
      id: `msg_${id}`,
      key,
      type: 'watcher.blind',
      state,
      sinceMs: blind.sinceMs,
      ...(state === 'resolved' && { resolvedMs: nowMs }),
      facts: { reason: blind.reason },
      queuedMs: nowMs,
    };
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const result = await send(channel, { kind: 'watcher', name: namespace }, message);
      if (result.kind !== 'retry') return;
      const delayMs = retryDelayMs(attempt, 0, result.afterMs) ?? 0;
      const isOver = await sleep(delayMs, false, { signal, ref: false }).catch(() => true);
      if (isOver) return;
    }
  }
}
