/**
 * What makes a trace complete, judged only by what was received.
 *
 * Pure. Every test that claims a complete trace uses `incomplete`, so the claim has one meaning.
 */
import type { ReceivedSpan } from './otlp-span';

const ROOT_NAME = 'RunWorkflow:';

/** The spans of runs that have no other run of the same trace above them: exactly one in a complete trace. */
export function roots(trace: readonly ReceivedSpan[]): ReceivedSpan[] {
  const byId = spansById(trace);
  return trace.filter((span) => isRun(span) && !ancestors(span, byId).some(isRun));
}

/**
 * What is missing or too much in the trace, one sentence each; empty if it is complete: one `RunWorkflow`
 * root, every parent id is there, no span was sent twice. Links do not count.
 *
 * @param callerSpanId - span id of a remote caller whose span is sent elsewhere: allowed as a parent
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

/** The trace as an indented tree of span names, children in the order of their start: for readable expectations. */
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

/** The trace without its times: each span without children, by the names of the spans from below the root to it, sorted. */
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

/** The spans above this one, nearest first; ends also if parent ids form a circle. */
function ancestors(span: ReceivedSpan, byId: ReadonlyMap<string, ReceivedSpan>): ReceivedSpan[] {
  const above = new Set<ReceivedSpan>();
  let parent = byId.get(span.parentSpanId ?? '');
  while (parent !== undefined && !above.has(parent)) {
    above.add(parent);
    parent = byId.get(parent.parentSpanId ?? '');
  }
  return [...above];
}
