/**
 * Joins Temporal's pairs of spans into one row: a call (`StartActivity`) and its attempts (`RunActivity`),
 * the start of a child and its run, the handler of a signal. Changes the trees in place.
 */
import type { TraceSpan } from '../sources/index';
import { type Attempt, attemptParts } from './attempts';
import type { Item } from './item';
import { numberAttribute, roleOf, type SpanRole, textAttribute } from './span';
import { byStart, type SpanForest } from './span-tree';

/** Attempts of activities by the item of the call, for merging with the history. */
export type AttemptsOf = ReadonlyMap<Item, readonly Attempt[]>;

/** Joins the spans of calls; returns the attempts of each activity that has spans of any. */
export function joinCalls(forest: SpanForest): AttemptsOf {
  const attempts = new Map<Item, readonly Attempt[]>();
  // Children first, since the run of a child workflow is itself a child of the call.
  for (const item of [...forest.bySpanId.values()].reverse()) {
    const role = roleIn(forest, item);
    item.children = item.children.filter((child) => roleIn(forest, child) !== 'run-started');
    if (role === 'activity-call' || isAttemptsParent(forest, item)) joinActivity(forest, item, attempts);
    else if (role === 'child-call') joinChild(forest, item);
    else if (role === 'nexus-call') item.kind = 'nexus';
    else if (role === 'signal-handler') item.kind = 'signal';
    else if (role === 'update-handler') item.kind = 'update';
  }
  nameMissingRuns(forest);
  return attempts;
}

function roleIn({ spans }: SpanForest, { spanId }: Item): SpanRole | undefined {
  const span = spans.get(spanId ?? '');
  return span && roleOf(span).role;
}

/** Whether the item is the call of a running activity, of which only attempts have spans. */
function isAttemptsParent(forest: SpanForest, item: Item): boolean {
  return (
    item.kind === 'missing' &&
    item.children.length > 0 &&
    item.children.every((child) => roleIn(forest, child) === 'activity-attempt')
  );
}

function joinActivity(forest: SpanForest, call: Item, attempts: Map<Item, readonly Attempt[]>): void {
  if (call.kind === 'missing') {
    call.name = call.children[0]?.name ?? call.name;
    call.service = call.children[0]?.service;
    call.notes.push('its call was not received');
  }
  call.kind = 'activity';
  const runs = call.children.filter((child) => roleIn(forest, child) === 'activity-attempt').sort(byStart);
  if (runs.length === 0) return;
  const found = runs.map((run, index) => attemptOf(forest.spans.get(run.spanId ?? ''), run, index));
  attempts.set(call, found);
  call.parts = attemptParts(call.startMs, found, call.endMs);
  const [only] = runs;
  if (runs.length === 1 && only) absorb(call, only);
  else for (const [index, run] of runs.entries()) run.name = `attempt ${found[index]?.number ?? index + 1}`;
}

function attemptOf(span: TraceSpan | undefined, run: Item, index: number): Attempt {
  const { startMs, endMs, hasError, errorLine } = run;
  return {
    number: numberAttribute(span?.attributes ?? [], 'job.activity.attempt') ?? index + 1,
    startMs,
    endMs,
    hasError,
    errorLine,
  };
}

/** Joins the call and the run of a child workflow; the call's own span ends when the child has started. */
function joinChild(forest: SpanForest, call: Item): void {
  call.kind = 'child';
  const runs = call.children.filter((child) => roleIn(forest, child) === 'run');
  for (const run of runs) call.endMs = Math.max(call.endMs, run.endMs);
  const [only] = runs;
  if (runs.length !== 1 || !only) return;
  const runId = textAttribute(forest.spans.get(only.spanId ?? '')?.attributes ?? [], 'run_id');
  if (runId !== undefined) call.runId = runId;
  if (only.startMs > call.startMs)
    call.parts = [
      { state: 'waiting', startMs: call.startMs, endMs: only.startMs },
      { state: 'working', startMs: only.startMs, endMs: call.endMs },
    ];
  absorb(call, only);
}

/** Moves the inner item's children, marks and errors to the outer one. */
function absorb(outer: Item, inner: Item): void {
  outer.children = [...outer.children.filter((child) => child !== inner), ...inner.children].sort(byStart);
  outer.marks.push(...inner.marks.filter(({ text }) => !outer.marks.some((mark) => mark.text === text)));
  outer.notes.push(...inner.notes);
  outer.hasError ||= inner.hasError;
  outer.errorLine ??= inner.errorLine;
  outer.detailSpanId = inner.spanId;
}

/** Names runs whose root span, sent at the end, is missing, from the span that announced their start. */
function nameMissingRuns({ spans, bySpanId, roots }: SpanForest): void {
  for (const span of spans.values()) {
    const { role, name } = roleOf(span);
    const parent = role === 'run-started' ? bySpanId.get(span.parentSpanId ?? '') : undefined;
    if (parent?.kind !== 'missing') continue;
    parent.kind = 'run';
    parent.name = name;
    parent.service = span.sender.service;
    parent.startMs = Math.min(parent.startMs, span.startedAt);
    parent.endMs = Math.max(parent.endMs, span.endedAt);
    parent.notes.push('its end was not received');
  }
  for (const root of roots) {
    const [only] = root.children;
    if (root.kind === 'missing' && root.children.length === 1 && only)
      only.notes.push('its parent was not received');
  }
}
