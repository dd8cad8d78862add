/**
 * Look-ups of traces in visibility, with few calls for many ids.
 *
 * One look-up is in progress at a time, and the ids requested meanwhile share the next one: by default a
 * namespace allows ten calls a second.
 */
import type { Client } from '@temporalio/client';
import { runIdOfTrace, traceIdOfRun } from '../core/trace-id';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import type { ExecutionInfo } from './job-run';
import { listExecutions } from './listing';
import { boundAttributes } from './trace-of-execution';

/** Finds the runs that may be in a trace: by the run id in the trace id, and by the attribute `TraceId`. */
export type TraceLookUp = (traceId: string) => Promise<readonly ExecutionInfo[]>;

interface Waiting {
  readonly found: Promise<readonly ExecutionInfo[]>;
  readonly resolve: (infos: readonly ExecutionInfo[]) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_IDS = 20;
/** Maximum number of runs read for one trace; if a shared look-up finds more, each trace is looked up alone. */
const MAX_RUNS = 1_000;

export function traceLookUp(client: Client): TraceLookUp {
  const waiting = new Map<string, Waiting>();
  let isBusy = false;

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, MAX_IDS);
      for (const [id] of batch) waiting.delete(id);
      try {
        const found = await findRuns(
          client,
          batch.map(([id]) => id),
        );
        for (const [id, { resolve }] of batch) resolve(found.get(id) ?? []);
      } catch (error) {
        for (const [, { reject }] of batch) reject(error);
      }
    }
    isBusy = false;
  }

  return (traceId) => {
    const entry = waiting.get(traceId) ?? newEntry();
    waiting.set(traceId, entry);
    // Deferred, so that look-ups requested at the same moment can share the call. Never rejects.
    setImmediate(() => void work());
    return entry.found;
  };
}

function newEntry(): Waiting {
  let settle: Omit<Waiting, 'found'> | undefined;
  const found = new Promise<readonly ExecutionInfo[]>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { found, resolve: () => {}, reject: () => {}, ...settle };
}

/** Returns the runs that may be in each trace, by trace id. */
async function findRuns(client: Client, traceIds: readonly string[]): Promise<Map<string, ExecutionInfo[]>> {
  const [byRunId, byAttribute] = await Promise.all([
    list(client, `RunId IN (${traceIds.map((id) => `'${runIdOfTrace(id)}'`).join(', ')})`),
    list(client, `TraceId IN (${traceIds.map((id) => `'${id}'`).join(', ')})`, 'asIs').catch(
      (error: unknown) => {
        // The attribute is not registered in this namespace, or with another type: no run is bound.
        if (NOT_USABLE.includes(grpcStatusOf(error))) return [];
        throw error;
      },
    ),
  ]);
  const [traceId, ...others] = traceIds;
  if (traceId !== undefined && others.length > 0 && byAttribute.length === MAX_RUNS) {
    const rest = await findRuns(client, others);
    return new Map([...rest, ...(await findRuns(client, [traceId]))]);
  }
  const found = new Map<string, ExecutionInfo[]>();
  for (const info of new Map([...byRunId, ...byAttribute].map((hit) => [hit.runId, hit])).values()) {
    for (const id of new Set([traceIdOfRun(info.runId), boundAttributes(info).traceId]))
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), info]);
  }
  return found;
}

const NOT_USABLE: readonly (number | undefined)[] = [
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.UNKNOWN,
  GrpcStatus.INTERNAL,
];

async function list(client: Client, query: string, errors?: 'asIs'): Promise<ExecutionInfo[]> {
  const hits: ExecutionInfo[] = [];
  for await (const info of listExecutions(client, query, errors)) {
    hits.push(info);
    if (hits.length === MAX_RUNS) break;
  }
  return hits;
}
