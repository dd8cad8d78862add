/**
 * Starts one shard, a child workflow in a trace of its own, and reports how it ends.
 *
 * Sandbox code. The trace id comes from a named random stream, never from the workflow's own sequence.
 */
import { TemporalFailure, TerminatedFailure } from '@temporalio/common';
import { ChildWorkflowFailure, getRandomStream, isCancellation, startChild } from '@temporalio/workflow';
import { withChildKind } from '../../core/child-kind';
import { summarizeError } from '../../core/item-failure';
import { SHARD_MEMO } from '../../core/search-attributes';
import { toSummary } from '../../core/server-limits';
import { defined } from '../../core/util/defined';
import { runState } from '../../interceptors/sandbox/run-state';
import { isSampled } from '../../sampling/ratio';
import type { BranchInput } from './branch-input';
import { followChild } from './follow-child';
import type { ItemShard, RangeShard } from './options';
import { bytesOf } from './plan';
import type { ShardFailure } from './tally';
import type { OnChildEnd, WindowChild } from './window';

const RANDOM_STREAM = 'temporal-job-tracing:shards';

export type Shard = ItemShard<unknown> | RangeShard;

/** Callbacks for the end of shards; exactly one is called for each shard. An error thrown stops the branch. */
export interface ShardEvents {
  readonly onSucceeded: (index: number, result: unknown) => void;
  readonly onFailed: (failure: ShardFailure, error: TemporalFailure) => void;
  readonly onCancelled: (index: number) => void;
}

/** Starts the shard. When it has ended, calls one of `events`, then `onEnd`. */
export function startShard(
  input: BranchInput,
  shard: Shard,
  events: ShardEvents,
  onEnd: OnChildEnd,
): WindowChild {
  const { index, count, label } = shard;
  const traceId = getRandomStream(RANDOM_STREAM).uuid4().replaceAll('-', '');
  const root = runState.get()?.run?.root;
  const sampled = root?.sampled === true && isSampled(traceId, input.shardRatio);
  const info = defined({ index, count, label });
  const workflowId = `${input.prefix}shard-${index}`;
  const options = {
    workflowId,
    args: [shard],
    memo: { [SHARD_MEMO]: info },
    staticSummary: toSummary(label),
    ...input.child,
  };
  const started = startChild(
    input.map,
    withChildKind(options, { kind: 'shard', traceId, sampled, shard: info }),
  );

  let runId: string | undefined;

  function onError(error: unknown): void {
    // A bug, not a failure of the shard: fails the branch's workflow task.
    if (!(error instanceof TemporalFailure)) throw error;
    if (wasStopped(error)) {
      events.onCancelled(index);
      return;
    }
    const { type, message, item } = summarizeError(error);
    const failure = { index, label, workflowId, type, message, runId, traceId: root && traceId, item };
    events.onFailed(defined(failure), error);
  }

  const onStart = (firstRunId: string) => {
    runId = firstRunId;
  };
  const onResult = (result: unknown) => events.onSucceeded(index, result);
  const cancel = followChild(started, { onStart, onResult, onError }, onEnd);
  return { started, argumentBytes: bytesOf(shard), cancel };
}

/** Whether the shard was cancelled or terminated, which is not a failure of its own. */
function wasStopped(error: TemporalFailure): boolean {
  if (isCancellation(error)) return true;
  return error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
}
