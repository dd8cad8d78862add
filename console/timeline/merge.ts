/**
 * History and spans of a run as one tree. The history has the times of the server and what went on without a span; spans
 * have what happened inside. An activity's or a child's event holds the id of its call's span in its header, by which
 * both are joined; local activities, signals and updates by name, in their order. Pure.
 */
import { attemptParts } from './attempts';
import { move } from './clocks';
import type { HistoryRun } from './history';
import { type Item, type Part, walk } from './item';
import { byStart, type SpanForest } from './span-tree';
import type { AttemptsOf } from './temporal-calls';

/** Clocks of the worker and the server may differ by this without a correction. */
const CLOCK_TOLERANCE_MS = 50;

/** @param rootSpanId id of the run's own span, whether it was received or not */
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

/** Puts what the history says into the item of the span, which stays at its place. */
function join(item: Item, span: Item, attempts: AttemptsOf): Item {
  const isFromOutside = item.kind === 'signal' || item.kind === 'update';
  if (!isFromOutside && item.kind !== 'local-activity') alignToServer(item, span);
  const { id, kind, name, isOpen } = item;
  // A signal is handled after it was received, a local activity's end is written with its task.
  const endMs = isFromOutside ? Math.max(item.endMs, span.endMs) : item.endMs;
  Object.assign(span, { id, kind, name, isOpen, endMs, startMs: item.startMs, from: 'both' });
  span.runId ??= item.runId;
  span.hasError ||= item.hasError;
  span.errorLine = item.errorLine ?? span.errorLine;
  span.failure = item.failure;
  const notes = span.notes.filter((note) => !note.includes('was not received'));
  span.notes.splice(0, span.notes.length, ...item.notes, ...notes);
  span.parts = partsOf(item, span, attempts);
  return span;
}

function partsOf(item: Item, span: Item, attempts: AttemptsOf): readonly Part[] {
  const found = attempts.get(span);
  if (found && item.kind === 'activity') return attemptParts(item.startMs, found, span.endMs, item.parts);
  // When the child began to work is in its own span.
  const last = span.parts.at(-1);
  if (item.kind === 'child' && last) return [...span.parts.slice(0, -1), { ...last, endMs: span.endMs }];
  return item.parts;
}

/** A worker whose clock is off: its spans are moved to the server's times. */
function alignToServer(item: Item, span: Item): void {
  if (item.isOpen) return;
  const room = item.endMs - item.startMs - (span.endMs - span.startMs);
  const isBefore = span.startMs < item.startMs - CLOCK_TOLERANCE_MS;
  const isBehind = span.endMs > item.endMs + CLOCK_TOLERANCE_MS;
  if (room < -CLOCK_TOLERANCE_MS || (!isBefore && !isBehind)) return;
  move(span, item.startMs + Math.max(0, room) / 2 - span.startMs);
  span.notes.push('its clock differs from the server’s: moved');
}

const KIND_OF_SPAN: Readonly<Partial<Record<Item['kind'], Item['kind']>>> = {
  'local-activity': 'activity',
  signal: 'signal',
  update: 'update',
};

/** The spans below the run by kind and name, in their order: for what has no span id in the history. */
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

  /** The next one that the item can be. */
  next({ kind, name }: Item): Item | undefined {
    return this.#byName.get(`${KIND_OF_SPAN[kind]} ${name}`)?.shift();
  }
}
