/**
 * `watcher.blind`: alerts about conditions that prevent alerting. The process sends them itself, without
 * Temporal, since it cannot signal through a server that it cannot read. At most one a day for each channel.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostResult } from '../channels/post';
import { retryDelayMs } from '../channels/retry';
import type { AlertMessage, Subject } from '../incident/message';

/** Options of {@link BlindMonitor}. */
export interface BlindOptions {
  readonly namespace: string;
  readonly channels: () => readonly string[];
  readonly send: (channel: string, subject: Subject, message: AlertMessage) => Promise<PostResult>;
  /** Returns the time in milliseconds since 1970, by a clock that does not jump. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

interface Condition {
  readonly sinceMs: number;
  readonly reason: string;
  /** The channel that causes the condition; it gets no message about itself. */
  readonly about: string | undefined;
  /** Time of the last message by channel, in milliseconds since 1970. */
  readonly alertedMs: Map<string, number>;
}

/** How long the server must be unreadable before an alert is sent, in milliseconds. */
export const UNREADABLE_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const MAX_ATTEMPTS = 5;

/** Keeps the conditions of one process, and sends an alert about one that has lasted long enough. */
export class BlindMonitor {
  readonly #options: BlindOptions;
  readonly #now: () => number;
  readonly #blind = new Map<string, Condition>();

  constructor(options: BlindOptions) {
    this.#options = options;
    this.#now = options.now;
  }

  /**
   * Reports that a condition prevents alerting.
   *
   * @param key identifies the condition
   * @param afterMs how long the condition must last before an alert is sent, in milliseconds
   * @param about the channel that causes the condition
   */
  begin(
    key: string,
    reason: string,
    { afterMs = 0, about }: { afterMs?: number; about?: string } = {},
  ): void {
    const nowMs = this.#now();
    const known = this.#blind.get(key);
    const blind = {
      sinceMs: known?.sinceMs ?? nowMs,
      reason,
      about,
      alertedMs: known?.alertedMs ?? new Map(),
    };
    this.#blind.set(key, blind);
    if (nowMs - blind.sinceMs < afterMs) return;
    for (const channel of this.#options.channels()) {
      const lastMs = blind.alertedMs.get(channel) ?? Number.NEGATIVE_INFINITY;
      if (channel === about || nowMs - lastMs < DAY_MS) continue;
      blind.alertedMs.set(channel, nowMs);
      void this.#alert(channel, key, blind, 'open');
    }
  }

  /** Reports that the condition is over, to the channels that were alerted about it. */
  end(key: string): void {
    const blind = this.#blind.get(key);
    if (blind === undefined) return;
    this.#blind.delete(key);
    for (const channel of blind.alertedMs.keys()) void this.#alert(channel, key, blind, 'resolved');
  }

  async #alert(channel: string, key: string, blind: Condition, state: AlertMessage['state']): Promise<void> {
    const { namespace, send, signal } = this.#options;
    const nowMs = this.#now();
    const day = Math.floor(nowMs / DAY_MS);
    // The same id from every process that watches the namespace, so that receivers can drop duplicates.
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
