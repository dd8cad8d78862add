/**
 * What all views read: the namespaces with their pollers, the index of closed runs, the traces.
 */
import type { JobClient } from '../../client/job-client';
import { BASIS, type Usual, usualOf } from '../../core/usual';
import type { IncidentStates } from '../alerts/incident-states';
import type { Incidents } from '../alerts/incidents';
import type { Watchers } from '../alerts/watchers';
import type { TraceSource } from '../sources/index';
import type { RunIndex } from '../store/index';
import type { TemporalCalls } from '../temporal/calls';
import type { Poller } from '../temporal/poller';
import type { ShardReader } from '../temporal/shards';
import type { TaskQueues } from '../temporal/task-queues';
import type { Problem, TracesStatus } from './types';

export interface NamespaceData {
  readonly name: string;
  readonly calls: TemporalCalls;
  readonly poller: Poller;
  readonly jobs: JobClient;
  readonly queues: TaskQueues;
  readonly shards: ShardReader;
  readonly incidents: Incidents;
  readonly states: IncidentStates;
  /** Those of this process; none without `--alerts`. */
  readonly watchers: Watchers | undefined;
}

export interface ConsoleData {
  /** In the order in which they were given. */
  readonly namespaces: ReadonlyMap<string, NamespaceData>;
  readonly index: RunIndex;
  readonly traces: TraceSource;
  readonly tracesStatus: () => Promise<TracesStatus>;
  /** Without a trailing slash. */
  readonly webUi: string | undefined;
  readonly version: string;
  readonly hasLogin: boolean;
  /** What is wrong with the store, and what was set aside when it was opened. */
  readonly storeProblems: () => readonly Problem[];
}

/** The namespaces that a request asks for; none if it names one that is not watched. */
export function namespacesOf(data: ConsoleData, name: string | undefined): readonly NamespaceData[] {
  if (name === undefined) return [...data.namespaces.values()];
  const found = data.namespaces.get(name);
  return found ? [found] : [];
}

/** What people should know of these namespaces and of the store. */
export function problemsOf(data: ConsoleData, namespaces: readonly NamespaceData[]): Problem[] {
  return [...namespaces.flatMap(({ calls }) => calls.problem() ?? []), ...data.storeProblems()];
}

/** What the job's runs usually take, of the last successful ones. */
export function usualOfJob(successMs: readonly number[]): Usual | undefined {
  return usualOf(successMs, BASIS.sentence);
}
