/**
 * Whether a namespace is watched, from the watcher's workflow and the heartbeats of its activity. Works even
 * if no process can answer queries.
 */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { SILENCES_MEMO, WATCHER_ID } from '../../alerts/names';
import { readSilences, type Silence } from '../../alerts/silence';
import type { WatchCursor } from '../../alerts/workflows/watcher-messages';
import { isNotFound } from '../../client/grpc-status';
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
 * How long a watcher may be without heartbeat, in milliseconds; it sends one every 5 s, and is retried after
 * 10 s.
 */
const BEGINS_MS = 30_000;
const LAGGING_MS = 60_000;
/** Separates a process's identity from the hash of its configuration. */
const MARK = '#';
const NONE: Watcher = { state: 'none', readMs: undefined, process: undefined, silences: [] };

/** Reads the state of the namespace's watcher. Rejects if Temporal does not answer. */
export async function readWatcher(calls: TemporalCalls): Promise<Watcher> {
  const described = await calls.call(async (client) => {
    try {
      const { status, memo, startTime, raw } = await client.workflow.getHandle(WATCHER_ID).describe();
      const [activity] = raw.pendingActivities ?? [];
      const payloads = activity?.heartbeatDetails?.payloads;
      const [cursor] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads).catch(
        () => [],
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
  const isAtWork = beatMs !== undefined && nowMs - beatMs < BEGINS_MS;
  const isReading = readMs !== undefined && nowMs - readMs < LAGGING_MS;
  const notWatching = nowMs - begunMs < BEGINS_MS ? 'starting' : 'blind';
  return {
    state: isAtWork && isReading ? 'watching' : notWatching,
    readMs,
    process: activity?.lastWorkerIdentity?.split(MARK)[0] || undefined,
    silences: readSilences(memo?.[SILENCES_MEMO]).filter(({ untilMs }) => untilMs > nowMs),
  };
}
