/**
 * The shards of all calls of `mapReduce` in the current workflow, on its root span and in its details in the Web UI.
 *
 * Sandbox code; issues no command and starts no span.
 */
import { addDetails } from '../../core/run-details';
import { rootSpanIdOfRun } from '../../core/trace-id';
import { workflowSlot } from '../../core/workflow-scope';
import { runState } from '../../interceptors/sandbox/run-state';
import { shardsInWords } from './shards-in-words';
import { type ShardFailure, sumOf, type Tally } from './tally';

/** Most failed shards that the root span is linked to. */
const MAX_LINKS = 10;

/** Calls of `mapReduce` in one workflow. */
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

/** Returns the number of a new call of `mapReduce` in its run, from 1. */
export function nextCallNumber(): number {
  return ++calls().count;
}

/** Adds the shards of a tally, which may still change, to the workflow's details in the Web UI. */
export function showInDetails(tally: Tally): void {
  calls().tallies.push(tally);
}

/** Writes the counts of all calls so far to the root span, and links it to the failed shards of this call. */
export function writeToRootSpan(tally: Tally): void {
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
