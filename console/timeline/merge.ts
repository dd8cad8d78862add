/**
 * Merges history and spans of a run into one tree. The history has the server's times and calls without
 * spans; spans have the operations inside. Activities and children are joined by the span id in the header of
 * their event; local activities, signals and updates by name and order. Pure.
 */
import { type Attempt, attemptParts } from './attempts';
import { move } from './clocks';
import { durationText } from './durations';
import type { HistoryRun } from './history';
import { type Item, type Part, walk } from './item';
import { byStart, type SpanForest } from './span-tree';
import type { AttemptsOf } from './temporal-calls';

/** Difference between the clocks of worker and server that is not corrected, in milliseconds. */
const CLOCK_TOLERANCE_MS = 50;

/**
 * Merges the spans into the tree of the history.
 *
 * @param rootSpanId id of the run's own span, whether it was received or not
 */
export function mergeRun(
  { run }: Pick<HistoryRun, 'run'>,
  forest: SpanForest,
  attempts: AttemptsOf,
  rootSpanId: string,
): Item {
  const root = forest.bySpanId.get(rootSpanId);
  if (!root && forest.roots.length === 0) return run;
  const joined = new Set<Item>();
  const left: Item[] = [];
  const named = new NamedSpans(root ? [root] : []);
  for (const item of run.children) {
    const span = forest.bySpanId.get(item.spanId ?? '') ?? named.next(item);
    if (!span || span === root || joined.has(span)) left.push(item);
    else joined.add(join(item, span, attempts));
  }
  const strays = root
    ? forest.roots.filter((other) => other !== root && !isAbove(other, root))
    : forest.roots;
  run.children = [...left, ...(root?.children ?? []), ...strays].sort(byStart);
  if (root && root.kind !== 'missing') {
    run.from = 'both';
    run.service = root.service;
    run.marks.push(...root.marks);
    run.notes.push(
      ...root.notes.filter((note) => run.isOpen === false || !note.includes('was not received')),
    );
  }
  run.service ??= [...walk(run.children)].find(({ kind }) => kind === 'activity')?.service;
  run.spanId = rootSpanId;
  if (root && forest.spans.has(rootSpanId)) run.detailSpanId = rootSpanId;
  return run;
}

function isAbove(item: Item, root: Item): boolean {
  for (const each of walk([item])) if (each === root) return true;
  return false;
}

/** Merges an item of the history into the item of its span, which keeps its place. */
function join(item: Item, span: Item, attempts: AttemptsOf): Item {
  const isFromOutside = item.kind === 'signal' || item.kind === 'update';
  const { id, kind, name, isOpen } = item;
  // A signal is handled after it was received; a local activity's end is written with its task.
  const endMs = isFromOutside ? Math.max(item.endMs, span.endMs) : item.endMs;
  const found = alignToServer(item, span, attempts.get(span) ?? []);
  Object.assign(span, { id, kind, name, isOpen, endMs, startMs: item.startMs, from: 'both' });
  span.runId ??= item.runId;
  span.hasError ||= item.hasError;
  span.errorLine = item.errorLine ?? span.errorLine;
  span.failure = item.failure;
  const notes = span.notes.filter((note) => !note.includes('was not received'));
  span.notes.splice(0, span.notes.length, ...item.notes, ...notes);
  span.parts = partsOf(item, span, found);
  return span;
}

function partsOf(item: Item, { parts, endMs }: Item, attempts: readonly Attempt[]): readonly Part[] {
  const { startMs, kind } = item;
  if (attempts.length > 0 && kind === 'activity') return attemptParts(startMs, attempts, endMs, item.parts);
  // The child's own span has the time at which it began to work.
  const workMs = parts.at(-1)?.startMs;
  if (kind !== 'child' || workMs === undefined || workMs <= startMs || workMs >= endMs) return item.parts;
  return [
    { state: 'waiting', startMs, endMs: workMs },
    { state: 'working', startMs: workMs, endMs },
  ];
}

/**
 * Workflow spans have the server's time, activity spans the worker's. If that is off, they are moved into the
 * time of the history. Returns the attempts after the move.
 */
function alignToServer(item: Item, span: Item, attempts: readonly Attempt[]): readonly Attempt[] {
  const firstMs = attempts.reduce((min, { startMs }) => Math.min(min, startMs), Number.POSITIVE_INFINITY);
  const lastMs = attempts.reduce((max, { endMs }) => Math.max(max, endMs), Number.NEGATIVE_INFINITY);
  const room = item.endMs - item.startMs - (lastMs - firstMs);
  const isOff = firstMs < item.startMs - CLOCK_TOLERANCE_MS || lastMs > item.endMs + CLOCK_TOLERANCE_MS;
  if (item.kind !== 'activity' || item.isOpen || attempts.length === 0 || !isOff || room < 0) return attempts;
  const byMs = item.startMs + room / 2 - firstMs;
  for (const child of span.children) move(child, byMs);
  const which = byMs > 0 ? 'behind' : 'ahead of';
  span.notes.push(`the worker’s clock is ${durationText(Math.abs(byMs))} ${which} the server’s: moved`);
  return attempts.map((attempt) => ({
    ...attempt,
    startMs: attempt.startMs + byMs,
    endMs: attempt.endMs + byMs,
  }));
}

const KIND_OF_SPAN: Readonly<Partial<Record<Item['kind'], Item['kind']>>> = {
  'local-activity': 'activity',
  signal: 'signal',
  update: 'update',
};

/** Spans below the run by kind and name, in order, for items without a span id in the history. */
class NamedSpans {
  readonly #byName = new Map<string, Item[]>();

  constructor(roots: readonly Item[]) {
    for (const item of [...walk(roots)].sort(byStart)) {
      const key = `${item.kind} ${item.name}`;
      const queue = this.#byName.get(key);
      if (queue) queue.push(item);
      else this.#byName.set(key, [item]);
    }
  }

  /** Returns the next span that fits the item. */
  next({ kind, name }: Item): Item | undefined {
    return this.#byName.get(`${KIND_OF_SPAN[kind]} ${name}`)?.shift();
  }
}
