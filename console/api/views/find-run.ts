/**
 * Finds a run by its id: among the open runs, then in the index, then in visibility.
 */
import { isRunId } from '../../../core/trace-id';
import { type FoundRun, runOfExecution } from '../../temporal/execution';
import { listExecutions } from '../../temporal/list';
import { type ConsoleData, type NamespaceData, namespacesOf } from '../console-data';

/** A run and the namespace in which it was found. */
export interface RunPlace {
  readonly run: FoundRun;
  readonly namespace: NamespaceData;
}

/**
 * Finds a run; `undefined` if none with this id is known. Rejects if Temporal is away and the run is not in
 * the index.
 */
export async function findRun(
  data: ConsoleData,
  runId: string,
  name: string | undefined,
): Promise<RunPlace | undefined> {
  const namespaces = namespacesOf(data, name);
  for (const namespace of namespaces) {
    const run = namespace.poller.openRuns.get(runId);
    if (run) return { run, namespace };
  }
  const indexed = await data.index.run(runId);
  const namespace = namespaces.find((each) => each.name === indexed?.namespace);
  if (indexed && namespace) return { run: indexed, namespace };
  if (!isRunId(runId)) return undefined;
  for (const each of namespaces) {
    const { executions } = await each.calls.call((client) => listExecutions(client, `RunId = '${runId}'`, 1));
    const [info] = executions;
    const run = info && runOfExecution(info, each.name);
    if (run) return { run, namespace: each };
  }
  return undefined;
}

/** Finds the run of a trace. Never rejects, since a trace can be shown without its run. */
export async function findRunOfTrace(
  data: ConsoleData,
  traceId: string,
  name: string | undefined,
): Promise<RunPlace | undefined> {
  try {
    const [indexed] = await data.index.runsOfTrace(traceId);
    const found = indexed && (await findRun(data, indexed.runId, name));
    if (found) return found;
    for (const { jobs, calls, name: namespace } of namespacesOf(data, name)) {
      const runs = await calls.call(() => jobs.traces.find(traceId));
      if (runs) return await findRun(data, runs.root.runId, namespace);
    }
  } catch {
    // Temporal is away, which the namespace's state shows.
  }
  return undefined;
}
