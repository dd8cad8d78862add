/**
 * What `mapReduce` says about its shards on the root span of the run and of each branch, and the number that
 * tells its calls in one run apart.
 *
 * Sandbox code; one object per workflow, beside the run's own state. No span, no command, never throws.
 */

import { addDetails } from '../../core/run-details';
import { rootSpanIdOfRun } from '../../core/trace-id';
import { workflowSlot } from '../../core/workflow-scope';
import { runState } from '../../interceptors/sandbox/run-state';
import { shardsInWords } from './shards-in-words';
import { type ShardFailure, sumOf, type Tally } from './tally';

/** Failed shards that the root is linked to. */
const MAX_LINKS = 10;

interface Calls {
  count: number;
  readonly tallies: Tally[];
}

const CALLS = workflowSlot<Calls>('map-reduce-calls');

function calls(): Calls {
  const known = CALLS.get();
  if (known) return known;
  const first: Calls = { count: 0, tallies: [] };
  CALLS.set(first);
  addDetails((linkTo) => shardsInWords(first.tallies, linkTo, runState.get()?.run));
  return first;
}

/** The number of this call of `mapReduce` in its run, from 1. */
export function nextCall(): number {
  return ++calls().count;
}

/** Lets the run's details tell of the shards that are counted there, while they run and after. */
export function showShards(tally: Tally): void {
  calls().tallies.push(tally);
}

/** Adds what all calls so far have counted to the root span, and links to the shards of this one that failed. */
export function noteShards(tally: Tally): void {
  const { tallies } = calls();
  const state = runState.get();
  if (!state) return;
  const { count, succeeded, failed, cancelled } = sumOf(tallies);
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
