/**
 * Whether a namespace is watched, from the watcher's workflow and the heartbeats of its activity. Works even
 * if no process can answer queries.
 */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { CONFIG_MARK, SILENCES_MEMO, WATCHER_ID } from '../../alerts/names';
import { readSilences, type Silence } from '../../alerts/silence';
import type { WatchCursor } from '../../alerts/workflows/watcher-messages';
import { isNotFound } from '../../client/grpc-status';
import { toExecutionInfo } from '../../client/listing';
import type { TemporalCalls } from '../temporal/calls';
import { msOf } from '../timeline/history-event';

/** State of a namespace's watcher. */
export interface Watcher {
  readonly state: 'watching' | 'starting' | 'blind' | 'none';
  /** Runs that closed before this time have been read, in milliseconds since 1970. */
  readonly readMs: number | undefined;
  /** Identity of the process that watches, or watched last. */
  readonly process: string | undefined;
  readonly silences: readonly Silence[];
}

/**
 * How long a watcher may be without a heartbeat, in milliseconds: it sends one every 5 s, and is retried after 10 s.
 * One that has begun within this time is starting.
 */
const HEARTBEAT_TIMEOUT_MS = 30_000;
/** How old the last read of a watcher may be, in milliseconds. */
const LAGGING_MS = 60_000;
/** Stands for a cursor that cannot be decoded. Then heartbeats alone show that the watcher is at work. */
const UNREADABLE = Object.freeze({});
const NONE: Watcher = { state: 'none', readMs: undefined, process: undefined, silences: [] };

/** Reads the state of the namespace's watcher. Rejects if Temporal does not answer. */
export async function readWatcher(calls: TemporalCalls): Promise<Watcher> {
  const described = await calls.call(async (client) => {
    try {
      // Not with the SDK, whose description fails if the memo cannot be decoded.
      const raw = await client.workflowService.describeWorkflowExecution({
        namespace: calls.namespace,
        execution: { workflowId: WATCHER_ID },
      });
      const { status, memo, startTime } = await toExecutionInfo(client, raw.workflowExecutionInfo ?? {});
      const [activity] = raw.pendingActivities ?? [];
      const payloads = activity?.heartbeatDetails?.payloads;
      const [cursor] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads).catch(
        () => [UNREADABLE],
      );
      return { isRunning: status.name === 'RUNNING', memo, startTime, activity, cursor };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  });
  if (!described?.isRunning) return NONE;
  const { activity, cursor, memo, startTime } = described;
  const nowMs = Date.now();
  const beatMs = msOf(activity?.lastHeartbeatTime);
  const begunMs = Math.max(startTime.getTime(), msOf(activity?.lastStartedTime) ?? 0);
  const { readMs } = (cursor ?? {}) as Partial<WatchCursor>;
  const isAtWork = beatMs !== undefined && nowMs - beatMs < HEARTBEAT_TIMEOUT_MS;
  const isReading = cursor === UNREADABLE || (readMs !== undefined && nowMs - readMs < LAGGING_MS);
  const notWatching = nowMs - begunMs < HEARTBEAT_TIMEOUT_MS ? 'starting' : 'blind';
  return {
    state: isAtWork && isReading ? 'watching' : notWatching,
    readMs,
    process: activity?.lastWorkerIdentity?.split(CONFIG_MARK)[0] || undefined,
    silences: readSilences(memo?.[SILENCES_MEMO]).filter(({ untilMs }) => untilMs > nowMs),
  };
}
