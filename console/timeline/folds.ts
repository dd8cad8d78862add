/**
 * Finds long periods in which nothing works, which are drawn narrow. Pure.
 */
import type { Fold } from '../types';
import { durationText } from './durations';
import type { Item, Period } from './item';

/** Shortest folded period, as a share of the whole. */
const MIN_SHARE = 0.2;
/** Shortest folded period, in milliseconds. */
const MIN_FOLD_MS = 1_000;

/** Kinds of items during which nothing works. */
const RESTING = new Set<Item['kind']>(['timer', 'wait', 'signal']);

/** Returns the periods to fold, in order; their times are relative to `startMs`. */
export function foldsOf(items: readonly Item[], startMs: number, endMs: number): Fold[] {
  const minMs = Math.max(MIN_FOLD_MS, (endMs - startMs) * MIN_SHARE);
  const busy = items.flatMap(busyTimes).sort((a, b) => a.startMs - b.startMs);
  const folds: Fold[] = [];
  let atMs = startMs;
  for (const next of [...busy, { startMs: endMs, endMs }]) {
    if (next.startMs - atMs > minMs)
      folds.push({
        startMs: atMs - startMs,
        durationMs: next.startMs - atMs,
        text: `${durationText(next.startMs - atMs)}: ${restOf(items, atMs, next.startMs)}`,
      });
    atMs = Math.max(atMs, next.endMs);
  }
  return folds;
}

/** Returns when an item itself works; a run, a child or an update works through its children. */
function busyTimes(item: Item): readonly Period[] {
  if (RESTING.has(item.kind)) return [];
  const isCaller =
    item.kind === 'run' || item.kind === 'child' || item.kind === 'update' || item.kind === 'missing';
  if (isCaller && (item.children.length > 0 || item.kind === 'run')) {
    // The start and the end stay visible.
    return [item.startMs, item.endMs].map((ms) => ({ startMs: ms, endMs: ms }));
  }
  if (item.parts.length === 0) return [item];
  return item.parts.filter(({ state }) => state === 'working' || state === 'failed' || state === 'retrying');
}

/** Returns what the period is spent on. */
function restOf(items: readonly Item[], fromMs: number, untilMs: number): string {
  const middleMs = (fromMs + untilMs) / 2;
  const covers = ({ startMs, endMs }: Period) => startMs <= middleMs && endMs >= middleMs;
  const resting = items.find((item) => RESTING.has(item.kind) && covers(item));
  if (resting) return resting.name;
  const waiting = items.some(({ parts }) => parts.some((part) => part.state === 'waiting' && covers(part)));
  return waiting ? 'waiting for a worker' : 'nothing';
}
