/**
 * Builds trees of items from the spans of a trace. Spans are not trusted: parents may be missing or form a
 * cycle, and every span is shown nevertheless. Pure.
 */

import type { TraceSpan } from '../sources/index';
import { firstLine, type Item, newItem } from './item';
import { roleOf, textAttribute } from './span';

/** Most marks of a row. */
const MAX_MARKS = 20;

/** Trees of items, with an index by span id that includes parents which were not received. */
export interface SpanForest {
  roots: Item[];
  readonly bySpanId: Map<string, Item>;
  /** Spans by id. */
  readonly spans: ReadonlyMap<string, TraceSpan>;
}

/** Builds the trees, children in order of their starts. */
export function spanTrees(spans: readonly TraceSpan[]): SpanForest {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const bySpanId = new Map(Array.from(byId.values(), (span) => [span.spanId, toItem(span)]));
  const roots: Item[] = [];
  for (const span of byId.values()) {
    const item = bySpanId.get(span.spanId);
    if (!item) continue;
    const parentId = span.parentSpanId;
    if (parentId === undefined) roots.push(item);
    else parentOf(parentId, bySpanId, roots).children.push(item);
  }
  for (const opened of openCycles(bySpanId, roots)) roots.push(opened);
  settleMissing(bySpanId);
  for (const item of bySpanId.values()) item.children.sort(byStart);
  return { roots: roots.sort(byStart), bySpanId, spans: byId };
}

/** Orders siblings by start, the longer one first. */
export function byStart(a: Item, b: Item): number {
  return a.startMs - b.startMs || b.endMs - a.endMs;
}

function toItem(span: TraceSpan): Item {
  const { role, name } = roleOf(span);
  const { spanId, startedAt: startMs, received, events } = span;
  const hasError = span.status === 'error';
  const item = newItem({
    id: `s${spanId}`,
    kind: role === 'run' ? 'run' : 'operation',
    name,
    service: span.sender.service,
    startMs,
    endMs: Math.max(startMs, span.endedAt),
    from: 'spans',
    hasError,
    spanId,
    detailSpanId: spanId,
  });
  if (hasError) item.errorLine = errorLineOf(span);
  if (received > 1) item.notes.push(receivedNote(received));
  for (const { name: text, at, attributes } of events.slice(0, MAX_MARKS)) {
    const message = textAttribute(attributes, 'exception.message');
    const isError = text === 'exception';
    const shown = isError && message !== undefined ? `exception: ${message}` : text;
    item.marks.push({ atMs: at, text: firstLine(shown), isError });
  }
  return item;
}

/** Returns the note for a span that a repeated workflow task sent again. */
function receivedNote(received: number): string {
  const often = received === 2 ? 'twice' : `${received} times`;
  return `sent ${often}: a workflow task was repeated`;
}

function errorLineOf({ statusMessage, events, attributes }: TraceSpan): string {
  const exception = events.find(({ name }) => name === 'exception')?.attributes ?? [];
  const type = textAttribute(attributes, 'error.type') ?? textAttribute(exception, 'exception.type');
  const message = statusMessage || textAttribute(exception, 'exception.message');
  return firstLine([type, message].filter(Boolean).join(': ') || 'failed');
}

/** Returns the item of a parent; one that was not received gets a placeholder. */
function parentOf(parentId: string, bySpanId: Map<string, Item>, roots: Item[]): Item {
  const known = bySpanId.get(parentId);
  if (known) return known;
  const missing = newItem({
    id: `s${parentId}`,
    kind: 'missing',
    name: 'a span that was not received',
    startMs: Number.POSITIVE_INFINITY,
    endMs: Number.NEGATIVE_INFINITY,
    from: 'spans',
    spanId: parentId,
  });
  bySpanId.set(parentId, missing);
  roots.push(missing);
  return missing;
}

/**
 * Finds the spans that no root leads to: they are in a cycle or below one. Opens each cycle at its earliest
 * span, and returns these spans.
 */
function openCycles(bySpanId: ReadonlyMap<string, Item>, roots: readonly Item[]): Item[] {
  const reached = new Set<Item>();
  const reach = (from: readonly Item[]) => {
    const open = [...from];
    for (let item = open.pop(); item !== undefined; item = open.pop()) {
      if (reached.has(item)) continue;
      reached.add(item);
      // Not spread into one call, whose number of arguments is limited.
      for (const child of item.children) open.push(child);
    }
  };
  reach(roots);
  if (reached.size === bySpanId.size) return [];
  const opened: Item[] = [];
  const parents = new Map<Item, Item>();
  for (const item of bySpanId.values()) for (const child of item.children) parents.set(child, item);
  for (const item of [...bySpanId.values()].sort(byStart)) {
    if (reached.has(item)) continue;
    const first = firstOfCycle(item, parents);
    const above = parents.get(first);
    if (above) above.children = above.children.filter((child) => child !== first);
    first.notes.push('its parents form a cycle');
    opened.push(first);
    reach([first]);
  }
  return opened;
}

/** Returns the earliest span of the cycle above the item. */
function firstOfCycle(item: Item, parents: ReadonlyMap<Item, Item>): Item {
  const seen = new Set<Item>();
  let at: Item | undefined = item;
  while (at && !seen.has(at)) {
    seen.add(at);
    at = parents.get(at);
  }
  if (!at) return item;
  let earliest = at;
  for (let next = parents.get(at); next && next !== at; next = parents.get(next))
    if (byStart(next, earliest) < 0) earliest = next;
  return earliest;
}

/** Sets the times of parents that were not received to those of their children. */
function settleMissing(bySpanId: ReadonlyMap<string, Item>): void {
  for (const item of bySpanId.values()) {
    if (item.kind !== 'missing') continue;
    for (const { startMs, endMs } of item.children) {
      item.startMs = Math.min(item.startMs, startMs);
      item.endMs = Math.max(item.endMs, endMs);
    }
  }
}
