/**
 * Look-ups of traces in visibility: few calls for many ids.
 *
 * One is under way at a time, and the ids that are asked for meanwhile share the next one: a namespace has ten calls a
 * second by default.
 */
import type { Client } from '@temporalio/client';
import { runIdOfTrace, traceIdOfRun } from '../core/trace-id';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import type { ExecutionInfo } from './job-run';
import { listExecutions } from './listing';
import { boundAttributes } from './trace-of-execution';

/** Finds the runs that may be in a trace: those with its run id, and those with its attribute. */
export type TraceLookUp = (traceId: string) => Promise<readonly ExecutionInfo[]>;

interface Waiting {
  readonly found: Promise<readonly ExecutionInfo[]>;
  readonly resolve: (infos: readonly ExecutionInfo[]) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_IDS = 20;
/** Runs of one trace; more of several traces are asked for one trace after the other. */
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
    // Not before others that ask at the same moment are waiting, too. It never rejects.
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

/** By trace id. */
async function findRuns(client: Client, traceIds: readonly string[]): Promise<Map<string, ExecutionInfo[]>> {
  const [byRunId, byAttribute] = await Promise.all([
    list(client, `RunId IN (${traceIds.map((id) => `'${runIdOfTrace(id)}'`).join(', ')})`),
    list(client, `TraceId IN (${traceIds.map((id) => `'${id}'`).join(', ')})`, 'asIs').catch(
      (error: unknown) => {
        // Not registered in this namespace, or with another type: then no run is bound.
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
