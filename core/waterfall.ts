/**
 * A trace as a waterfall of text lines: one span a line, its bar on the time axis of the whole trace.
 *
 * Pure. The slowest operation is the longest span without children: the place where the time was spent.
 */
import { duration, type Style, styleOf } from './terminal-style';

const DEFAULT_COLUMNS = 100;
const DEFAULT_MAX_ROWS = 1_000;
const MAX_NAME_COLUMNS = 44;
const MAX_SERVICE_COLUMNS = 20;
/** Two columns between each of name, service, bar, duration and mark, and the mark itself. */
const GAPS_AND_MARK_COLUMNS = 9;
const MIN_BAR_COLUMNS = 10;
const SLOWEST_MARK = '◀';
const ERROR_MARK = '✗';
/** Most errors whose messages are shown. */
const MAX_CAUSES = 3;
/** Control characters, with which a text could move the cursor or end its line, and those that turn the direction. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;

/** The members of a span that are drawn. */
export interface WaterfallSpan {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** Start, in milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  /** End, in milliseconds since the epoch, with fractions. */
  readonly endMs: number;
  readonly durationMs: number;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string };
  /** Attributes of the resource, including `service.name`. */
  readonly resource: { readonly [name: string]: unknown };
}

/** Options of {@link waterfall}. */
export interface WaterfallOptions {
  /** Width of a line. @default 100 */
  readonly columns?: number;
  /** Whether the lines are coloured. @default false */
  readonly color?: boolean;
  /** Most spans that are drawn; the others are only counted. @default 1000 */
  readonly maxRows?: number;
}

interface Row {
  readonly span: WaterfallSpan;
  /** The lines of the tree and the span's name. */
  readonly label: string;
  readonly isLeaf: boolean;
}

/** Widths of the columns of a waterfall, in characters. */
interface Columns {
  readonly name: number;
  readonly service: number;
  readonly bar: number;
  readonly duration: number;
}

/** The time axis of a trace, in milliseconds. */
interface TimeAxis {
  /** Start of the first span, since the epoch. */
  readonly startMs: number;
  readonly totalMs: number;
}

/** Returns the trace's lines: a heading, the spans, the slowest operation and errors; one line if it has no span. */
export function waterfall(trace: readonly WaterfallSpan[], options: WaterfallOptions = {}): string[] {
  const rows = rowsOf(trace);
  const [first] = rows;
  if (first === undefined) return ['The trace has no span.'];
  const style = styleOf(options.color ?? false);
  const axis = timeAxisOf(trace);
  const total = duration(axis.totalMs);
  const services = new Set(trace.map(serviceOf));
  const slowest = rows
    .filter((row) => row.isLeaf)
    .reduce((a, b) => (b.span.durationMs > a.span.durationMs ? b : a));
  const shown = rows.slice(0, options.maxRows ?? DEFAULT_MAX_ROWS);
  const hidden = rows.length - shown.length;
  const columns = columnsOf(shown, services, options.columns ?? DEFAULT_COLUMNS);
  return [
    style.bold(`Trace ${first.span.traceId}`) +
      style.dim(`  ${total}, ${count(trace.length, 'span')}, ${count(services.size, 'service')}`),
    '',
    ...shown.map((row) => lineOf(row, row === slowest, axis, columns, style)),
    ...(hidden > 0 ? [style.dim(`+ ${count(hidden, 'more span')}`)] : []),
    '',
    slowestInWords(slowest.span, axis, style),
    ...firstCauses(trace)
      .slice(0, MAX_CAUSES)
      .map((span) => style.red(errorInWords(span))),
  ];
}

function timeAxisOf(trace: readonly WaterfallSpan[]): TimeAxis {
  // Not `Math.min(...)`: a trace may have more spans than a call can have arguments.
  const startMs = trace.reduce((min, span) => Math.min(min, span.startMs), Number.POSITIVE_INFINITY);
  const endMs = trace.reduce((max, span) => Math.max(max, span.endMs), startMs);
  return { startMs, totalMs: endMs - startMs };
}

function columnsOf(shown: readonly Row[], services: ReadonlySet<string>, width: number): Columns {
  const columns = {
    name: Math.min(MAX_NAME_COLUMNS, longest(shown.map((row) => row.label))),
    service: Math.min(MAX_SERVICE_COLUMNS, longest([...services])),
    duration: longest(shown.map((row) => duration(row.span.durationMs))),
  };
  const taken = columns.name + columns.service + columns.duration + GAPS_AND_MARK_COLUMNS;
  return { ...columns, bar: Math.max(MIN_BAR_COLUMNS, width - taken) };
}

/** Returns the line of a span: its name, its service, its bar, its duration, and a mark if it is the slowest. */
function lineOf(
  { span, label }: Row,
  isSlowest: boolean,
  { startMs, totalMs }: TimeAxis,
  columns: Columns,
  style: Style,
): string {
  const paint = paintOf(span, isSlowest, style);
  return [
    paint(padded(label, columns.name)),
    style.dim(padded(serviceOf(span), columns.service)),
    paint(bar((span.startMs - startMs) / totalMs, span.durationMs / totalMs, columns.bar)),
    paint(duration(span.durationMs).padStart(columns.duration)),
    isSlowest ? paint(SLOWEST_MARK) : '',
  ]
    .join('  ')
    .trimEnd();
}

/** Returns the colour of a span's line. */
function paintOf({ status }: WaterfallSpan, isSlowest: boolean, style: Style): (text: string) => string {
  if (status.code === 'error') return style.red;
  return isSlowest ? style.yellow : (text) => text;
}

function slowestInWords(span: WaterfallSpan, { totalMs }: TimeAxis, { bold }: Style): string {
  const share =
    totalMs > 0 ? ` of ${duration(totalMs)} (${Math.round((span.durationMs / totalMs) * 100)} %)` : '';
  const took = `${duration(span.durationMs)}${share}`;
  return `${SLOWEST_MARK} slowest operation: ${bold(plain(span.name))} in ${serviceOf(span)}, ${took}`;
}

function errorInWords(span: WaterfallSpan): string {
  return `${ERROR_MARK} ${plain(span.name)} in ${serviceOf(span)}: ${plain(span.status.message ?? '')}`;
}

/** Returns the failed spans that have no failed span below them. */
function firstCauses(trace: readonly WaterfallSpan[]): WaterfallSpan[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const failed = [...byId.values()].filter(({ status }) => status.code === 'error');
  const above = new Set<string>();
  for (const { parentSpanId } of failed) {
    for (let id = parentSpanId; id !== undefined && !above.has(id); id = byId.get(id)?.parentSpanId)
      above.add(id);
  }
  return failed.filter(({ spanId }) => !above.has(spanId));
}

/**
 * Returns the spans as a tree, children in the order of their start. A span without its parent is at the top, as is
 * the first span of a cycle. Not recursive: a trace may have any depth.
 */
function rowsOf(trace: readonly WaterfallSpan[]): Row[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const ordered = [...byId.values()].sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  const below = new Map<string, WaterfallSpan[]>();
  const top: WaterfallSpan[] = [];
  for (const span of ordered) {
    const siblings = below.get(span.parentSpanId ?? '');
    if (span.parentSpanId === undefined || !byId.has(span.parentSpanId)) top.push(span);
    else if (siblings) siblings.push(span);
    else below.set(span.parentSpanId, [span]);
  }
  const drawn = new Set<string>();
  return [...top, ...ordered].flatMap((first) => rowsBelow(first, below, drawn));
}

/** Returns the rows of a span and of all spans below it, except those already drawn. */
function rowsBelow(
  first: WaterfallSpan,
  below: ReadonlyMap<string, readonly WaterfallSpan[]>,
  drawn: Set<string>,
): Row[] {
  const rows: Row[] = [];
  const open = [{ span: first, prefix: '', indent: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { span, prefix, indent } = next;
    if (drawn.has(span.spanId)) continue;
    drawn.add(span.spanId);
    const children = below.get(span.spanId) ?? [];
    rows.push({ span, label: prefix + markedName(span), isLeaf: children.length === 0 });
    for (const [index, child] of [...children.entries()].reverse()) {
      const isLast = index === children.length - 1;
      const [branch, line] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
      open.push({ span: child, prefix: indent + branch, indent: indent + line });
    }
  }
  return rows;
}

/** Returns the span's name, with a mark if it failed. */
function markedName(span: WaterfallSpan): string {
  const name = plain(span.name);
  return span.status.code === 'error' ? `${ERROR_MARK} ${name}` : name;
}

function serviceOf(span: WaterfallSpan): string {
  const name = span.resource['service.name'];
  return typeof name === 'string' ? plain(name) : 'unknown service';
}

/** Returns the text on one line, without characters that a terminal obeys. */
function plain(text: string): string {
  return text.replace(CONTROLS, ' ');
}

/** Returns a bar within `columns` characters; a span shorter than one character is still visible. */
function bar(start: number, length: number, columns: number): string {
  const from = Math.min(columns - 1, Math.floor(start * columns) || 0);
  const cells = Math.min(columns - from, Math.round(length * columns) || 0);
  return `${' '.repeat(from)}${cells > 0 ? '█'.repeat(cells) : '▏'}`.padEnd(columns);
}

function padded(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text.padEnd(columns);
}

function longest(texts: readonly string[]): number {
  return texts.reduce((max, { length }) => Math.max(max, length), 0);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
