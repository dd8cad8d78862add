/**
 * A trace as a waterfall of text lines: one span a line, its bar on the time axis of the whole trace.
 *
 * Pure. The slowest operation is the longest span without children: the place where the time was spent.
 */
import type { ReceivedSpan } from '../../testing/otlp-span';
import { duration, style } from './terminal';

const DEFAULT_COLUMNS = 100;
const MAX_NAME_COLUMNS = 44;
const MAX_SERVICE_COLUMNS = 20;
/** Two between each of name, service, bar, duration and mark, and the mark itself. */
const GAPS_AND_MARK_COLUMNS = 9;
const MIN_BAR_COLUMNS = 10;
const SLOWEST_MARK = '◀';
const ERROR_MARK = '✗';
/** Errors whose text is shown. */
const MAX_CAUSES = 3;

export interface WaterfallOptions {
  /** Width of a line. @default 100 */
  readonly columns?: number;
  /** Whether to colour. @default false */
  readonly color?: boolean;
}

interface Row {
  readonly span: ReceivedSpan;
  /** The lines of the tree and the span's name. */
  readonly label: string;
  readonly isLeaf: boolean;
}

/** The trace's lines, a heading first and the slowest operation last; one line that says so if it has no span. */
export function waterfall(trace: readonly ReceivedSpan[], options: WaterfallOptions = {}): string[] {
  const rows = rowsOf(trace);
  const [first] = rows;
  if (first === undefined) return ['The trace has no span.'];
  const { bold, dim, red, yellow } = style(options.color ?? false);

  const startMs = Math.min(...trace.map((span) => span.startMs));
  const totalMs = Math.max(...trace.map((span) => span.endMs)) - startMs;
  const slowest = rows
    .filter((row) => row.isLeaf)
    .reduce((a, b) => (b.span.durationMs > a.span.durationMs ? b : a));
  const services = new Set(trace.map(serviceOf));

  const nameColumns = Math.min(MAX_NAME_COLUMNS, longest(rows.map((row) => row.label)));
  const serviceColumns = Math.min(MAX_SERVICE_COLUMNS, longest([...services]));
  const durationColumns = longest(rows.map((row) => duration(row.span.durationMs)));
  const taken = nameColumns + serviceColumns + durationColumns + GAPS_AND_MARK_COLUMNS;
  const barColumns = Math.max(MIN_BAR_COLUMNS, (options.columns ?? DEFAULT_COLUMNS) - taken);

  const paintOf = (isError: boolean, isSlowest: boolean) => {
    if (isError) return red;
    return isSlowest ? yellow : (text: string) => text;
  };
  const lines = rows.map((row) => {
    const { span } = row;
    const isSlowest = row === slowest;
    const paint = paintOf(span.status.code === 'error', isSlowest);
    return [
      paint(padded(row.label, nameColumns)),
      dim(padded(serviceOf(span), serviceColumns)),
      paint(bar((span.startMs - startMs) / totalMs, span.durationMs / totalMs, barColumns)),
      paint(duration(span.durationMs).padStart(durationColumns)),
      isSlowest ? paint(SLOWEST_MARK) : '',
    ]
      .join('  ')
      .trimEnd();
  });
  const share =
    totalMs > 0
      ? ` of ${duration(totalMs)} (${Math.round((slowest.span.durationMs / totalMs) * 100)} %)`
      : '';
  const failed = firstCauses(trace).slice(0, MAX_CAUSES);
  return [
    bold(`Trace ${first.span.traceId}`) +
      dim(`  ${duration(totalMs)}, ${count(trace.length, 'span')}, ${count(services.size, 'service')}`),
    '',
    ...lines,
    '',
    `${SLOWEST_MARK} slowest operation: ${bold(slowest.span.name)} in ${serviceOf(slowest.span)}, ` +
      `${duration(slowest.span.durationMs)}${share}`,
    ...failed.map((span) =>
      red(`${ERROR_MARK} ${span.name} in ${serviceOf(span)}: ${span.status.message ?? ''}`),
    ),
  ];
}

/** The spans that failed by themselves, not because of one below them. */
function firstCauses(trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const failed = [...byId.values()].filter(({ status }) => status.code === 'error');
  const above = new Set<string>();
  for (const { parentSpanId } of failed) {
    for (let id = parentSpanId; id !== undefined && !above.has(id); id = byId.get(id)?.parentSpanId)
      above.add(id);
  }
  return failed.filter(({ spanId }) => !above.has(spanId));
}

/** The spans as a tree, children in the order of their start. Spans whose parent is not there stand at the top. */
function rowsOf(trace: readonly ReceivedSpan[]): Row[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const ordered = [...byId.values()].sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  const rows = (span: ReceivedSpan, prefix: string, indent: string): Row[] => {
    const children = ordered.filter((child) => child.parentSpanId === span.spanId);
    const rowsBelow = children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return rows(child, indent + (isLast ? '└─ ' : '├─ '), indent + (isLast ? '   ' : '│  '));
    });
    return [{ span, label: prefix + nameOf(span), isLeaf: children.length === 0 }, ...rowsBelow];
  };
  return ordered.filter((span) => !byId.has(span.parentSpanId ?? '')).flatMap((span) => rows(span, '', ''));
}

function nameOf(span: ReceivedSpan): string {
  return span.status.code === 'error' ? `${ERROR_MARK} ${span.name}` : span.name;
}

function serviceOf(span: ReceivedSpan): string {
  const name = span.resource['service.name'];
  return typeof name === 'string' ? name : 'unknown service';
}

/** A bar of `columns` characters in all; a span shorter than one of them still shows. */
function bar(start: number, length: number, columns: number): string {
  const from = Math.min(columns - 1, Math.floor(start * columns) || 0);
  const cells = Math.min(columns - from, Math.round(length * columns) || 0);
  return `${' '.repeat(from)}${cells > 0 ? '█'.repeat(cells) : '▏'}`.padEnd(columns);
}

function padded(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text.padEnd(columns);
}

function longest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
