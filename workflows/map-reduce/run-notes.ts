/**
 * What `mapReduce` says about its shards on the root span of the run and of each branch, and the number that
 * tells its calls in one run apart.
 *
 * Sandbox code; one object per workflow, beside the run's own state. No span, no command, never throws.
 */

import { rootSpanIdOfRun } from '../../core/trace-id';
import { workflowSlot } from '../../core/workflow-scope';
import { runState } from '../../interceptors/sandbox/run-state';
import type { ShardFailure, Tally } from './tally';

/** Failed shards that the root is linked to. */
const MAX_LINKS = 10;

interface Calls {
  count: number;
  readonly tallies: Tally[];
}

const CALLS = workflowSlot<Calls>('map-reduce-calls');

function calls(): Calls {
  const known = CALLS.get() ?? { count: 0, tallies: [] };
  CALLS.set(known);
  return known;
}

/** The number of this call of `mapReduce` in its run, from 1. */
export function nextCall(): number {
  return ++calls().count;
}

/** Adds what a call has counted to the root span; of several calls in a run it tells the sum. */
export function noteShards(tally: Tally): void {
  const { tallies } = calls();
  tallies.push(tally);
  const state = runState.get();
  if (!state) return;
  const sum = (read: (one: Tally) => number) => tallies.reduce((total, one) => total + read(one), 0);
  const [succeeded, failed, cancelled] = [
    sum(({ counts }) => counts.succeeded),
    sum(({ counts }) => counts.failed),
    sum(({ counts }) => counts.cancelled),
  ];
  const count = sum(({ shards }) => shards);
  Object.assign(state.notes.attributes, {
    'job.shards.count': count,
    'job.shards.succeeded': succeeded,
    'job.shards.failed': failed,
    'job.shards.cancelled': cancelled,
    'job.shards.skipped': count - succeeded - failed - cancelled,
  });
  const links = tally.failures.flatMap(linkTo);
  state.notes.links = [...state.notes.links, ...links].slice(0, MAX_LINKS);
}

function linkTo({ traceId, runId, index, label }: ShardFailure) {
  if (traceId === undefined || runId === undefined) return [];
  const span = { traceId, spanId: rootSpanIdOfRun(runId), sampled: true };
  const attributes = { 'job.link': 'failed-shard', 'job.shard.index': index, 'job.shard.label': label };
  return [{ span, attributes }];
}
