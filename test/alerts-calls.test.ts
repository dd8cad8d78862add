/**
 * How often a watcher calls Temporal while thousands of runs are open, over an hour of a simulated clock. The server is
 * a fake; `npm run bench -- alerts --full` measures the same on a real one, with up to 10,000 jobs.
 */
import { equal, ok } from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { resolveAlerts } from '../alerts/config/resolve';
import { JobWatch } from '../alerts/watch/job-watch';

const MINUTE_MS = 60_000;
const POLL_MS = 5_000;
const START_MS = Date.UTC(2026, 10, 28);
/** One call a second, less the heartbeats, which are sent every 5 s. */
const CALLS_PER_SECOND = 0.8;
const PAGE_SIZE = 1_000;
const EMPTY = new Uint8Array();
/** `WorkflowExecutionStatus` of Temporal's API. */
const STATUS = { RUNNING: 1, COMPLETED: 2 } as const;

/** Returns a run of a job, as in a list of workflows. */
function runOf(job: string, status: keyof typeof STATUS, dueMs: number, closedMs?: number) {
  const payload = (value: unknown, type?: string) => ({
    metadata: { encoding: Buffer.from('json/plain'), ...(type && { type: Buffer.from(type) }) },
    data: Buffer.from(JSON.stringify(value)),
  });
  return {
    execution: { workflowId: job, runId: `${job} ${dueMs}` },
    type: { name: 'takes' },
    taskQueue: 'jobs',
    status: STATUS[status],
    historyLength: { toNumber: () => 3 },
    startTime: msToTs(dueMs),
    ...(closedMs !== undefined && { closeTime: msToTs(closedMs) }),
    memo: { fields: { jobName: payload(job) } },
    searchAttributes: {
      indexedFields: { BuildIds: payload(['1'], 'KeywordList'), JobTrigger: payload('cron', 'Keyword') },
    },
  };
}

/** Returns a fake server with healthy jobs, each with a run that has been open for half an hour. */
function fakeServer(jobs: readonly string[]): { readonly client: Client; readonly learnt: Set<string> } {
  const learnt = new Set<string>();
  const dueMs = START_MS - 30 * MINUTE_MS;
  const rowsOf = (query: string) => {
    const [, job] = /JobName IN \('([^']+)'\)/.exec(query) ?? [];
    if (job !== undefined) {
      learnt.add(job);
      return Array.from({ length: 30 }, (_, run) => {
        const atMs = START_MS - (run + 1) * 24 * 60 * MINUTE_MS;
        return runOf(job, 'COMPLETED', atMs, atMs + 60 * MINUTE_MS);
      });
    }
    const [, after = '', until = ''] =
      /ExecutionTime > '([^']+)' AND ExecutionTime <= '([^']+)'/.exec(query) ?? [];
    const isDue = dueMs > Date.parse(after) && dueMs <= Date.parse(until);
    return isDue ? jobs.map((name) => runOf(name, 'RUNNING', dueMs)) : [];
  };
  const listWorkflowExecutions = async ({ query = '', pageSize = PAGE_SIZE, nextPageToken = EMPTY }) => {
    const from = nextPageToken.length === 0 ? 0 : Number(Buffer.from(nextPageToken).toString());
    const rows = rowsOf(query);
    const to = from + pageSize;
    return {
      executions: rows.slice(from, to),
      nextPageToken: to < rows.length ? Buffer.from(String(to)) : EMPTY,
    };
  };
  const describeWorkflowExecution = async () => ({
    workflowExecutionInfo: runOf('described', 'RUNNING', dueMs),
  });
  const client = {
    options: { namespace: 'default', loadedDataConverter: defaultDataConverter },
    connection: { withDeadline: (_: number, call: () => unknown) => call() },
    workflowService: { listWorkflowExecutions, describeWorkflowExecution },
  };
  return { client: client as unknown as Client, learnt };
}

describe('the calls of a watcher', () => {
  for (const count of [10, 1_000, 5_000, 10_000])
    it(`with ${count} open runs are less than one a second, in every minute`, async () => {
      mock.timers.enable({ apis: ['Date'], now: START_MS });
      try {
        const jobs = Array.from({ length: count }, (_, index) => `well-${index}`);
        const { client, learnt } = fakeServer(jobs);
        const watch = new JobWatch({
          client,
          config: resolveAlerts({ channels: { oncall: { type: 'slack', url: 'https://chat.example' } } }),
          sinceMs: START_MS,
          redact: (text) => text,
          now: () => Date.now(),
          silences: async () => [],
          stoppedChannels: () => [],
        });
        for (let minute = 0; minute < 20; minute++) {
          const before = watch.calls;
          for (let atMs = 0; atMs < MINUTE_MS; atMs += POLL_MS) {
            await watch.poll();
            mock.timers.tick(POLL_MS);
          }
          const perSecond = (watch.calls - before) / (MINUTE_MS / 1_000);
          ok(perSecond <= CALLS_PER_SECOND, `${perSecond} calls a second in minute ${minute}`);
        }
        // Meanwhile, the watcher has learnt the usual durations.
        ok(learnt.size >= Math.min(count, 150), `${learnt.size} jobs`);
        equal(watch.report().jobsInTrouble, 0);
      } finally {
        mock.timers.reset();
      }
    });
});
