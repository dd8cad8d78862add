/**
 * From a trace to its runs, and from a run to its trace.
 *
 * Needs no plugin on the client and no registered search attributes: a run's trace id follows from its run
 * id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { traceIdOfRun } from '../core/trace-id';
import { defined } from '../core/util/defined';
import { type ExecutionInfo, type JobRun, type RunReader, toJobRun } from './job-run';
import { listExecutions, withinTimeout } from './listing';
import { type TraceLookUp, traceLookUp } from './look-ups';
import { parseRunId, parseTraceId } from './parse-trace-id';
import { describeRun, type RunReference } from './run-reference';
import type { RunSampling } from './run-sampling';

/** The runs of one trace. */
export interface TraceRuns {
  /**
   * The run that the trace belongs to; after a reset, the newest. If it is not listed (any more), the
   * earliest run of the trace.
   */
  readonly root: JobRun;
  /** The other runs in the trace: ordinary children, and runs that a reset ended. At most 1,000. */
  readonly others: readonly JobRun[];
}

/** The trace of a run. */
export interface RunTrace {
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the trace is sampled; left out if that is not known. */
  readonly sampled?: boolean;
  /** The sampling decision and its reason, as in {@link JobRun.sampling}. */
  readonly sampling?: RunSampling;
  /**
   * Link to the trace; left out without the option `traceUrl`, and if the trace is known not to be sampled.
   */
  readonly url?: string;
  /** The run itself; left out if no run with this id is listed (yet, or any more). */
  readonly run?: JobRun;
}

/** Look-ups between runs and traces: {@link JobClient.traces}. */
export interface JobTraces {
  /**
   * Finds the runs of a trace. Runs that are not bound are found as well, except ordinary children.
   *
   * @param traceId 32 hex digits, upper or lower case, or a run id with dashes
   * @returns `undefined` if there is no such run
   * @throws {TraceIdError} that names the problem with the id
   * @throws {VisibilityError} if the server does not answer, for example because of its rate limit
   */
  find(traceId: string): Promise<TraceRuns | undefined>;
  /**
   * Returns the trace of a run, bound or not. A run id alone is looked up without waiting for visibility; if
   * it is not listed, it is assumed to be a top-level run's, and the result has only the trace ID.
   *
   * @throws {TraceIdError} if the run id is not a UUID
   * @throws {WorkflowNotFoundError} of `@temporalio/client` if there is no such workflow
   */
  of(run: RunReference): Promise<RunTrace>;
}

/**
 * First pause between look-ups, in milliseconds; the default lag leads to three look-ups of two calls each.
 */
const FIRST_PAUSE_MS = 500;

/**
 * Creates the look-ups of {@link JobClient.traces}.
 *
 * @param indexLagMs how long to wait for a run that is not listed yet, in milliseconds
 */
export function jobTraces(reader: RunReader, indexLagMs: number): JobTraces {
  const { client } = reader;
  const lookUp = traceLookUp(client);
  return Object.freeze({
    async find(traceId: string) {
      const id = parseTraceId(traceId);
      const giveUp = Date.now() + indexLagMs;
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 3) {
        const [root, ...others] = await runsOf(reader, lookUp, id);
        if (root !== undefined) return Object.freeze({ root, others: Object.freeze(others) });
        const leftMs = giveUp - Date.now();
        if (leftMs <= 0) return undefined;
        await sleep(Math.min(pauseMs, leftMs));
      }
    },
    async of(run: RunReference) {
      if (typeof run !== 'string')
        return withinTimeout(client, async () => traceOfRun(reader, await describeRun(client, run)));
      const runId = parseRunId(run);
      return withinTimeout(client, async () => {
        const { value: info } = await listExecutions(client, `RunId = '${runId}'`).next();
        return info ? traceOfRun(reader, info) : Object.freeze({ traceId: traceIdOfRun(runId) });
      });
    },
  });
}

/**
 * Returns the listed runs of a trace: top-level runs and shards before children, newest first; then by start.
 */
async function runsOf(reader: RunReader, lookUp: TraceLookUp, traceId: string): Promise<JobRun[]> {
  const hits = await lookUp(traceId);
  const runs = await withinTimeout(reader.client, () =>
    Promise.all(hits.map((info) => toJobRun(reader, info))),
  );
  return runs.filter((run) => run.traceId === traceId).sort(rootFirst);
}

async function traceOfRun(reader: RunReader, info: ExecutionInfo): Promise<RunTrace> {
  const run = await toJobRun(reader, info);
  const { traceId, sampled, sampling, url } = run;
  return Object.freeze({ traceId, ...defined({ sampled, sampling, url }), run });
}

function rootFirst(a: JobRun, b: JobRun): number {
  const [aIsChild, bIsChild] = [a.trigger === 'child', b.trigger === 'child'];
  if (aIsChild !== bIsChild) return aIsChild ? 1 : -1;
  const byStart = a.startTime.getTime() - b.startTime.getTime();
  return aIsChild ? byStart : -byStart;
}
