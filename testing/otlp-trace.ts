/**
 * The definition of a complete trace, by its received spans.
 *
 * Pure. Every test that claims a complete trace uses `incomplete`, so that the claim has one meaning.
 */
import type { ReceivedSpan } from './otlp-span';

const ROOT_NAME = 'RunWorkflow:';

/** Returns the spans of runs with no other run of the trace above them: exactly one in a complete trace. */
export function roots(trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  const byId = spansById(trace);
  return trace.filter((span) => isRun(span) && !ancestors(span, byId).some(isRun));
}

/**
 * Returns the problems of a trace, one sentence each; empty if it is complete: it has one `RunWorkflow` root, every
 * parent was received, and no span was received twice. Links do not count.
 *
 * @param callerSpanId span id of a remote caller whose span is sent elsewhere, which is allowed as a parent
 */
export function incomplete(trace: readonly ReceivedSpan[], callerSpanId?: string): string[] {
  const byId = spansById(trace);
  const problems: string[] = [];
  const rootNames = roots(trace).map((span) => `${span.name} ${span.spanId}`);
  if (rootNames.length !== 1) {
    problems.push(`expected one RunWorkflow root, found ${rootNames.length}: ${rootNames.join(', ') || '-'}`);
  }
  for (const { name, spanId, parentSpanId } of trace) {
    if (parentSpanId !== undefined && parentSpanId !== callerSpanId && !byId.has(parentSpanId)) {
      problems.push(`${name} ${spanId}: its parent ${parentSpanId} was not received`);
    }
  }
  for (const { name, spanId } of byId.values()) {
    const times = trace.filter((span) => span.spanId === spanId).length;
    if (times > 1) problems.push(`${name} ${spanId}: received ${times} times`);
  }
  return problems;
}

/** Returns the trace as an indented tree of span names, children in the order of their start. */
export function tree(trace: readonly ReceivedSpan[]): string[] {
  const byId = spansById(trace);
  const ordered = [...trace].sort((a, b) => a.startMs - b.startMs || a.name.localeCompare(b.name));
  const lines = (span: ReceivedSpan, depth: number): string[] => [
    '  '.repeat(depth) + span.name,
    ...ordered
      .filter((child) => child.parentSpanId === span.spanId)
      .flatMap((child) => lines(child, depth + 1)),
  ];
  const isTop = ({ parentSpanId }: ReceivedSpan) => parentSpanId === undefined || !byId.has(parentSpanId);
  return ordered.filter(isTop).flatMap((span) => lines(span, 0));
}

/** Returns a path for each span without children: the names from below the root to the span. Sorted, without times. */
export function leaves(trace: readonly ReceivedSpan[]): string[] {
  const byId = spansById(trace);
  const parents = new Set(trace.map(({ parentSpanId }) => parentSpanId));
  return trace
    .filter(({ spanId }) => !parents.has(spanId))
    .map((span) =>
      [span, ...ancestors(span, byId)]
        .map(({ name }) => name)
        .reverse()
        .slice(1)
        .join(' > '),
    )
    .sort();
}

function isRun(span: ReceivedSpan): boolean {
  return span.name.startsWith(ROOT_NAME);
}

function spansById(trace: readonly ReceivedSpan[]): ReadonlyMap<string, ReceivedSpan> {
  return new Map(trace.map((span) => [span.spanId, span]));
}

/** Returns the spans above this one, nearest first; ends even if parent ids form a cycle. */
function ancestors(span: ReceivedSpan, byId: ReadonlyMap<string, ReceivedSpan>): ReceivedSpan[] {
  const above = new Set<ReceivedSpan>();
  let parent = byId.get(span.parentSpanId ?? '');
  while (parent !== undefined && !above.has(parent)) {
    above.add(parent);
    parent = byId.get(parent.parentSpanId ?? '');
  }
  return [...above];
}
