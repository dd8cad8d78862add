/**
 * Starts one shard: a child workflow in a trace of its own.
 *
 * Sandbox code. The trace id comes from a named random stream, never from the workflow's own sequence.
 */
import { TemporalFailure, TerminatedFailure } from '@temporalio/common';
import { ChildWorkflowFailure, getRandomStream, isCancellation, startChild } from '@temporalio/workflow';
import { withChildKind } from '../../core/child-kind';
import { errorFacts } from '../../core/item-failure';
import { SHARD_MEMO } from '../../core/search-attributes';
import { toSummary } from '../../core/server-limits';
import { runState } from '../../interceptors/sandbox/run-state';
import { isSampled } from '../../sampling/ratio';
import type { BranchInput } from './branch-input';
import type { ItemShard, RangeShard } from './options';
import { bytesOf } from './plan';
import { followChild } from './started-child';
import type { Tally } from './tally';
import type { Ended, Launched } from './window';

const RANDOM_STREAM = 'temporal-job-tracing:shards';

/** What a shard's end is told to. */
export interface ShardEnd {
  readonly tally: Tally;
  readonly onResult: (index: number, result: unknown) => void;
  readonly onFailure: (index: number, label: string, error: TemporalFailure) => void;
  readonly onStop: (index: number) => void;
}

/** Starts the shard; `end` is told how it ends, and then `ended`. */
export function launchShard(
  input: BranchInput,
  shard: ItemShard<unknown> | RangeShard,
  end: ShardEnd,
  ended: Ended,
): Launched {
  const { index, count, label } = shard;
  const traceId = getRandomStream(RANDOM_STREAM).uuid4().replaceAll('-', '');
  const root = runState.get()?.run?.root;
  const sampled = root?.sampled === true && isSampled(traceId, input.shardRatio);
  const facts = { index, ...(count !== undefined && { count }), label };
  const workflowId = `${input.prefix}shard-${index}`;
  const options = {
    workflowId,
    args: [shard],
    memo: { [SHARD_MEMO]: facts },
    staticSummary: toSummary(label),
    ...input.child,
  };
  const started = startChild(
    input.map,
    withChildKind(options, { kind: 'shard', traceId, sampled, shard: facts }),
  );

  let runId: string | undefined;

  function onError(error: unknown): void {
    if (!(error instanceof TemporalFailure)) throw error;
    if (wasStopped(error)) {
      end.tally.ended('cancelled');
      end.onStop(index);
      return;
    }
    const { type, message, item } = errorFacts(error);
    end.tally.ended('failed', {
      ...{ index, label, workflowId, type, message },
      ...(runId !== undefined && { runId }),
      ...(root && { traceId }),
      ...(item !== undefined && { item }),
    });
    end.onFailure(index, label, error);
  }

  function onResult(result: unknown): void {
    end.tally.ended('succeeded');
    end.onResult(index, result);
  }

  const onStart = (firstRunId: string) => {
    runId = firstRunId;
  };
  const cancel = followChild(started, { onStart, onResult, onError }, ended);
  return { started, bytes: bytesOf(shard), cancel };
}

/** Whether a person, or the end of the others, has stopped it: that is not a failure of its own. */
function wasStopped(error: TemporalFailure): boolean {
  if (isCancellation(error)) return true;
  return error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure;
}
