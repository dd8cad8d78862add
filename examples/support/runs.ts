/**
 * Follows runs as they end: lists closed runs in Temporal's visibility, and gets their traces from the typed client.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { JobClient, JobRun } from 'temporal-job-tracing/client';

const POLL_INTERVAL_MS = 500;
/** Time for which closed runs are listed again, since a run may become visible after a later one. */
const LOOK_BACK_MS = 30_000;

/** Yields the runs of a visibility query that end from now on, each once; stops when the signal aborts. */
export async function* endedRuns(
  client: Client,
  jobs: Pick<JobClient, 'traces'>,
  filter: string,
  signal: AbortSignal,
): AsyncGenerator<JobRun> {
  const startedAt = Date.now();
  const seen = new Set<string>();
  while (!signal.aborted) {
    const since = new Date(Math.max(startedAt, Date.now() - LOOK_BACK_MS)).toISOString();
    const query = `${filter} AND ExecutionStatus != "Running" AND CloseTime >= "${since}"`;
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      if (seen.has(runId)) continue;
      seen.add(runId);
      const { run } = await jobs.traces.of({ workflowId, runId });
      if (run !== undefined) yield run;
    }
    // Rejects only when the signal aborts, and then the loop ends.
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
