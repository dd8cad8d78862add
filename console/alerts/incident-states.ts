/**
 * States of incidents, from their query `status`, which needs a running watcher process. Answers are cached:
 * for seconds while the incident runs, for good once it has ended.
 */
import type { IncidentState } from '../../alerts/incident/state';
import { ALERTS_TASK_QUEUE, IncidentMessage, WATCHER_ID, WatcherMessage } from '../../alerts/names';
import { POLLER_ALIVE_MS } from '../../alerts/watch/queues';
import type { WatcherStatus } from '../../alerts/workflows/watcher-messages';
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import { BoundedMap } from '../../core/util/bounded-map';
import { inParallel } from '../../core/util/in-parallel';
import type { TemporalCalls } from '../temporal/calls';
import type { TaskQueues } from '../temporal/task-queues';
import type { Incident } from './incidents';

const QUERY_TIMEOUT_MS = 3_000;
/** How long the state of a running incident with open problems is cached, in milliseconds. */
const OPEN_KEPT_MS = 5_000;
/** How long the state of a running incident without open problems is cached, in milliseconds. */
const QUIET_KEPT_MS = 60_000;
const MAX_KEPT = 1_000;
/** Maximum number of concurrent queries. */
const MAX_QUERIES = 6;

interface Kept {
  readonly state: IncidentState;
  /** Time of the query by the monotonic clock, since the system's may be set back. */
  readonly atMs: number;
  /** Whether the incident ran, and its open problems, as JSON; another value makes the state outdated. */
  readonly version: string;
}

/** Reads the states of a namespace's watcher and incidents. */
export class IncidentStates {
  readonly #calls: TemporalCalls;
  readonly #queues: TaskQueues;
  readonly #kept = new BoundedMap<string, Kept>(MAX_KEPT);

  constructor(calls: TemporalCalls, queues: TaskQueues) {
    this.#calls = calls;
    this.#queues = queues;
  }

  /** Whether a running process can answer queries. Never rejects. */
  async canBeQueried(): Promise<boolean> {
    const pollers = await this.#queues.pollersOf('workflow', ALERTS_TASK_QUEUE);
    return Date.now() - (pollers?.lastSeenMs ?? 0) < POLLER_ALIVE_MS;
  }

  /** Returns the watcher's status; `undefined` if it does not answer. Never rejects. */
  watcher(): Promise<WatcherStatus | undefined> {
    return this.#query<WatcherStatus>(WATCHER_ID, undefined, WatcherMessage.status);
  }

  /** Returns the states of the incidents that answer, by run id. Never rejects. */
  async of(incidents: readonly Incident[]): Promise<ReadonlyMap<string, IncidentState>> {
    const found = new Map<string, IncidentState>();
    const read = async (incident: Incident) => {
      const state = await this.#stateOf(incident);
      if (state) found.set(incident.runId, state);
    };
    await inParallel(incidents, read, MAX_QUERIES);
    return found;
  }

  async #stateOf({ workflowId, runId, isRunning, open }: Incident): Promise<IncidentState | undefined> {
    const nowMs = performance.now();
    const version = JSON.stringify([isRunning, open]);
    const kept = this.#kept.get(runId);
    const keptMs = open?.length === 0 ? QUIET_KEPT_MS : OPEN_KEPT_MS;
    if (kept?.version === version && (!isRunning || nowMs - kept.atMs < keptMs)) return kept.state;
    const state = await this.#query<IncidentState>(workflowId, runId, IncidentMessage.status);
    if (state) this.#kept.set(runId, { state, atMs: nowMs, version });
    return state ?? kept?.state;
  }

  async #query<T>(workflowId: string, runId: string | undefined, name: string): Promise<T | undefined> {
    try {
      return await this.#calls.call(async (client) => {
        const query = () => client.workflow.getHandle(workflowId, runId).query<T>(name);
        try {
          return await client.connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, query);
        } catch (error) {
          // No worker answered in time, although the server is available.
          if (grpcStatusOf(error) === GrpcStatus.DEADLINE_EXCEEDED) return undefined;
          throw error;
        }
      });
    } catch {
      return undefined;
    }
  }
}
