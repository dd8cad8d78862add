/**
 * The data that all views read: namespaces with their pollers, the index of closed runs, and traces.
 */
import type { JobClient } from '../../client/job-client';
import { BASIS, type Usual, usualOf } from '../../core/usual';
import type { IncidentStates } from '../alerts/incident-states';
import type { Incidents } from '../alerts/incidents';
import type { Watchers } from '../alerts/watchers';
import type { TraceSource } from '../sources/index';
import type { RunIndex } from '../store/index';
import type { TemporalCalls } from '../temporal/calls';
import type { ForgottenRuns } from '../temporal/forgotten-runs';
import type { Poller } from '../temporal/poller';
import type { ShardReader } from '../temporal/shards';
import type { TaskQueues } from '../temporal/task-queues';
import type { Problem, TracesStatus } from '../types';

export interface NamespaceData {
  readonly name: string;
  readonly calls: TemporalCalls;
  readonly poller: Poller;
  readonly forgotten: ForgottenRuns;
  readonly jobs: JobClient;
  readonly queues: TaskQueues;
  readonly shards: ShardReader;
  readonly incidents: Incidents;
  readonly states: IncidentStates;
  /** Watchers in this process; `undefined` without `--alerts`. */
  readonly watchers: Watchers | undefined;
}

export interface ConsoleData {
  /** Namespaces by name, in the order of the command line. */
  readonly namespaces: ReadonlyMap<string, NamespaceData>;
  readonly index: RunIndex;
  readonly traces: TraceSource;
  readonly tracesStatus: () => Promise<TracesStatus>;
  /** Address of the Temporal Web UI without a trailing slash; `undefined` if it is not known. */
  readonly webUi: string | undefined;
  readonly version: string;
  readonly hasLogin: boolean;
}

/** Returns the namespaces of a request: all without a name, none if the name is not watched. */
export function namespacesOf(data: ConsoleData, name: string | undefined): readonly NamespaceData[] {
  if (name === undefined) return [...data.namespaces.values()];
  const found = data.namespaces.get(name);
  return found ? [found] : [];
}

/** Returns the problems of these namespaces and of the store, to be shown on the page. */
export function problemsOf(namespaces: readonly NamespaceData[]): Problem[] {
  return namespaces.flatMap(({ calls, poller }) =>
    [calls.problem() ?? [], poller.storeProblem() ?? []].flat(),
  );
}

/** Returns the usual duration of a job, from those of its last successful runs, in milliseconds. */
export function usualOfJob(successMs: readonly number[]): Usual | undefined {
  return usualOf(successMs, BASIS.sentence);
}
