/**
 * Corrects times of spans: clocks of services differ, and some spans have impossible times. Such subtrees are
 * moved, with a note; none is hidden. Pure.
 */
import { durationText } from './durations';
import { type Item, walk } from './item';

/** Smaller differences are the time of a message, not a clock's, in milliseconds. */
const MIN_SKEW_MS = 5;
/** A span that is this far in the future has a wrong time, in milliseconds. */
const FUTURE_MS = 60_000;

/**
 * Moves spans of another service that lie outside of their caller into its middle, if they fit.
 *
 * @see https://github.com/jaegertracing/jaeger, whose clock skew adjuster does the same
 */
export function alignClocks(roots: readonly Item[]): void {
  for (const parent of walk(roots)) {
    if (parent.kind === 'missing') continue;
    for (const child of parent.children) {
      if (child.service === parent.service || child.from !== 'spans') continue;
      const room = parent.endMs - parent.startMs - (child.endMs - child.startMs);
      const isOutside =
        child.startMs < parent.startMs - MIN_SKEW_MS || child.endMs > parent.endMs + MIN_SKEW_MS;
      if (room < 0 || !isOutside || parent.isOpen) continue;
      const byMs = parent.startMs + room / 2 - child.startMs;
      move(child, byMs);
      const which = byMs > 0 ? 'behind' : 'ahead';
      child.notes.push(`its clock is ${durationText(Math.abs(byMs))} ${which}: moved`);
    }
  }
}

/** Moves an item and its descendants. */
export function move(item: Item, byMs: number): void {
  for (const each of walk([item])) {
    each.startMs += byMs;
    each.endMs += byMs;
    each.parts = each.parts.map((part) => ({
      ...part,
      startMs: part.startMs + byMs,
      endMs: part.endMs + byMs,
    }));
    for (const [index, mark] of each.marks.entries()) each.marks[index] = { ...mark, atMs: mark.atMs + byMs };
  }
}

/** Clips items to the window, so that one wrong time does not make all others invisible. */
export function clipTo(roots: readonly Item[], fromMs: number, toMs: number): void {
  for (const item of walk(roots)) {
    if (item.startMs >= fromMs && item.endMs <= toMs) continue;
    item.notes.push(`its time is outside of the run: ${new Date(item.startMs).toISOString()}`);
    const clip = (ms: number) => Math.min(Math.max(ms, fromMs), toMs);
    item.startMs = clip(item.startMs);
    item.endMs = clip(item.endMs);
    item.parts = item.parts.map((part) => ({
      ...part,
      startMs: clip(part.startMs),
      endMs: clip(part.endMs),
    }));
    for (const [index, mark] of item.marks.entries()) item.marks[index] = { ...mark, atMs: clip(mark.atMs) };
  }
}

/** Returns the time that the trees cover, from the first run if there is one, without items in the future. */
export function windowOf(roots: readonly Item[], nowMs: number): { fromMs: number; toMs: number } {
  const latestMs = nowMs + FUTURE_MS;
  const sane = [...walk(roots)].filter(({ endMs }) => endMs <= latestMs);
  const items = sane.length > 0 ? sane : roots;
  const runs = items.filter(({ kind }) => kind === 'run');
  const fromMs = (runs.length > 0 ? runs : items).reduce((min, { startMs }) => Math.min(min, startMs), nowMs);
  const toMs = items.reduce((max, { endMs }) => Math.max(max, endMs), fromMs);
  return { fromMs, toMs: Math.min(toMs, Math.max(latestMs, fromMs)) };
}
