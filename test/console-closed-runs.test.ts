/** Details of closed runs that the console reads from their histories, while some cannot be read. */
import { deepEqual } from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { msToTs } from '@temporalio/common/lib/time';
import type { FillCursor, RunIndex, RunSummary } from '../console/store';
import { TemporalCalls } from '../console/temporal/calls';
import { Poller } from '../console/temporal/poller';
import { until } from '../testing/until';

const FAILED = 3;
const UNAVAILABLE = 14;
/** What a codec makes of the details of an error: nothing that can be read without it. */
const ENCRYPTED = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') };

interface ClosedRun {
  readonly runId: string;
  /** Payloads of the error's details. */
  readonly details?: readonly object[];
  /** How many times the history cannot be read. */
  unavailable?: number;
}

let poller: Poller;
afterEach(() => poller.stop());

/** Starts a poller of these runs; returns their stored errors by run id. */
function poll(runs: readonly ClosedRun[]): ReadonlyMap<string, string | undefined> {
  const stored = new Map<string, string | undefined>();
  const closedMs = Date.now();
  const index: Pick<RunIndex, 'addRuns' | 'fillCursor'> = {
    fillCursor: async (): Promise<FillCursor> => ({ fromAt: closedMs, untilAt: closedMs, isComplete: true }),
    addRuns: async (added: readonly RunSummary[]) => {
      for (const { runId, errorLine } of added) stored.set(runId, errorLine);
    },
  };
  const calls = new TemporalCalls(serverOf(runs, closedMs));
  poller = new Poller(calls, index as RunIndex, () => {}, { intervalMs: 10, idleIntervalMs: 10 });
  poller.start();
  return stored;
}

function serverOf(runs: readonly ClosedRun[], closedMs: number): Client {
  const list = async ({ query }: { query: string }) => ({
    executions: query.includes('CloseTime') ? runs.map(({ runId }) => rawOf(runId, closedMs)) : [],
  });
  const historyOf = async ({ execution }: { execution: { runId: string } }) => {
    const run = runs.find(({ runId }) => runId === execution.runId);
    if (run?.unavailable) {
      run.unavailable--;
      throw Object.assign(new Error('unavailable'), { code: UNAVAILABLE });
    }
    const applicationFailureInfo = { type: 'Refused', details: { payloads: run?.details ?? [] } };
    const failure = { message: `no stock for ${run?.runId}`, applicationFailureInfo };
    return { history: { events: [{ workflowExecutionFailedEventAttributes: { failure } }] } };
  };
  return {
    options: { namespace: 'default', loadedDataConverter: loadDataConverter() },
    connection: { withDeadline: (_: number, fn: () => unknown) => fn() },
    workflowService: {
      listWorkflowExecutions: list,
      getWorkflowExecutionHistory: historyOf,
      getWorkflowExecutionHistoryReverse: historyOf,
    },
    schedule: { list: async function* () {} },
  } as unknown as Client;
}

function rawOf(runId: string, closedMs: number): object {
  const time = msToTs(closedMs);
  return {
    execution: { workflowId: runId, runId },
    type: { name: 'report' },
    status: FAILED,
    taskQueue: 'queue',
    startTime: time,
    executionTime: time,
    closeTime: time,
    historyLength: { toNumber: () => 3 },
  };
}

it('an error whose details cannot be decoded is shown by its message', async () => {
  const stored = poll([{ runId: 'a', details: [ENCRYPTED] }, { runId: 'b' }]);
  await until(() => stored.get('a') !== undefined && stored.get('b') !== undefined, {
    says: () => `stored: ${JSON.stringify([...stored])}`,
  });
  deepEqual(
    [...stored],
    [
      ['a', 'Refused: no stock for a'],
      ['b', 'Refused: no stock for b'],
    ],
  );
});

it('a history that cannot be read for a while delays no others, and is read later', async () => {
  const stored = poll([{ runId: 'a', unavailable: 1 }, { runId: 'b' }, { runId: 'c' }]);
  await until(() => stored.size === 3 && [...stored.values()].every((line) => line !== undefined), {
    says: () => `stored: ${JSON.stringify([...stored])}`,
  });
});
