/**
 * Builds the timeline of a run from its history, spans and shards. Pure.
 */
import { rootSpanIdOfRun } from '../../core/trace-id';
import type { Trace } from '../sources/index';
import type { Timeline } from '../types';
import { alignClocks, clipTo, windowOf } from './clocks';
import { criticalPath } from './critical-path';
import type { HistoryRun } from './history';
import { type Item, newItem, walk } from './item';
import { mergeRun } from './merge';
import { type MeasuredRun, measure } from './profile';
import { timelineOf } from './rows';
import { spanTrees } from './span-tree';
import { joinCalls } from './temporal-calls';

/** How long after the run spans may end, in milliseconds, since the last response takes time. */
const AFTER_RUN_MS = 5_000;

/** A listed shard of a MapReduce run. */
export interface TimelineShard {
  readonly runId: string;
  readonly workflowType: string;
  readonly label: string;
  /** Run id of the branch that started the shard. */
  readonly parentRunId: string | undefined;
  readonly startedMs: number;
  /** Close time, in milliseconds since 1970; `undefined` while the shard is open. */
  readonly closedMs: number | undefined;
  readonly hasFailed: boolean;
}

/** What a timeline is built from. `nowMs` is the end of a running run. */
export interface RunTimelineInput {
  readonly runId: string;
  readonly history: HistoryRun;
  readonly trace?: Trace | undefined;
  readonly shards?: readonly TimelineShard[];
  readonly nowMs: number;
}

/** A run's tree, its measurement, and its layout. */
export interface RunTimeline {
  readonly root: Item;
  readonly measured: MeasuredRun;
  readonly timeline: Timeline;
}

/** Builds the timeline of a run. Shards are placed below the branches that started them. */
export function runTimeline(input: RunTimelineInput): RunTimeline {
  const root = runTree(input);
  const measured = measure(root);
  const ownService = root.service ?? 'workflow';
  const endMs = [...walk([root])].reduce((max, item) => Math.max(max, item.endMs), root.endMs);
  const layout = { startMs: root.startMs, endMs, asOfMs: input.nowMs, ownService };
  const spanCount = input.trace?.spans.length ?? 0;
  return {
    root,
    measured,
    timeline: timelineOf({ roots: [root], critical: measured.critical, spanCount, ...layout }),
  };
}

/** Builds the tree of a run, from which a profile is measured. */
export function runTree({ runId, history, trace, shards = [], nowMs }: RunTimelineInput): Item {
  let root = history.run;
  if (trace && trace.spans.length > 0) {
    const forest = spanTrees(trace.spans);
    const attempts = joinCalls(forest);
    root = mergeRun(history, forest, attempts, rootSpanIdOfRun(runId));
    alignClocks([root]);
  }
  addShards(root, shards, nowMs);
  clipTo(root.children, root.startMs, root.endMs + AFTER_RUN_MS);
  return root;
}

/** Builds the trees of a trace without a history, and the time that they cover. */
export function traceTrees(
  trace: Trace | undefined,
  nowMs: number,
): { readonly roots: readonly Item[]; readonly fromMs: number; readonly toMs: number } {
  const forest = spanTrees(trace?.spans ?? []);
  joinCalls(forest);
  const { roots } = forest;
  if (roots.length === 0) return { roots, fromMs: nowMs, toMs: nowMs };
  alignClocks(roots);
  const { fromMs, toMs } = windowOf(roots, nowMs);
  clipTo(roots, fromMs, toMs);
  return { roots, fromMs, toMs };
}

/** Builds the timeline of a trace without a history. */
export function traceTimeline(trace: Trace | undefined, nowMs: number): Timeline {
  const { roots, fromMs, toMs } = traceTrees(trace, nowMs);
  const main = roots.find(({ kind }) => kind === 'run') ?? roots[0];
  return timelineOf({
    roots,
    startMs: fromMs,
    endMs: toMs,
    asOfMs: nowMs,
    ownService: main?.service ?? 'unknown service',
    critical: main ? criticalPath(main) : new Map(),
    spanCount: trace?.spans.length ?? 0,
  });
}

/** Whether an item is a shard of {@link RunTimelineInput.shards}. */
export function isShard({ id }: Item): boolean {
  return id.startsWith('h');
}

function addShards(root: Item, shards: readonly TimelineShard[], nowMs: number): void {
  if (shards.length === 0) return;
  const branches = new Map([...walk([root])].flatMap((item) => (item.runId ? [[item.runId, item]] : [])));
  for (const shard of shards) {
    const { runId, workflowType: name, label, startedMs: startMs, closedMs, hasFailed } = shard;
    const isOpen = closedMs === undefined;
    const branch = branches.get(shard.parentRunId ?? '') ?? root;
    branch.children.push(
      newItem({
        id: `h${runId}`,
        kind: 'child',
        name,
        startMs,
        endMs: Math.max(startMs, closedMs ?? nowMs),
        from: 'history',
        isOpen,
        hasError: hasFailed,
        notes: label === '' ? [] : [label],
        runId,
      }),
    );
  }
}
