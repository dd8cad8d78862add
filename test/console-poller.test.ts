/** The console's poller and an index that cannot be written for a while. */
import { deepEqual, equal } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { msToTs } from '@temporalio/common/lib/time';
import { type FillCursor, type RunIndex, type RunSummary, StoreError } from '../console/store';
import { TemporalCalls } from '../console/temporal/calls';
import { Poller } from '../console/temporal/poller';
import { until } from '../testing/until';

const START = Date.UTC(2026, 0, 1);
const COMPLETED = 2;

describe('a poller whose index cannot be written', () => {
  let closed: { readonly runId: string; readonly closedMs: number }[];
  let stored: Set<string>;
  let isFull: boolean;
  let refused: number;
  let poller: Poller;

  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: START });
    closed = [];
    stored = new Set();
    isFull = true;
    refused = 0;
    const index: Pick<RunIndex, 'addRuns' | 'fillCursor'> = {
      fillCursor: async (): Promise<FillCursor> => ({ fromAt: START, untilAt: START, isComplete: true }),
      addRuns: async (runs: readonly RunSummary[]) => {
        if (isFull) refused++;
        if (isFull) throw new StoreError('full', 'The disk is full.');
        for (const { runId } of runs) stored.add(runId);
      },
    };
    poller = new Poller(new TemporalCalls(server()), index as RunIndex, () => {}, {
      intervalMs: 10,
      idleIntervalMs: 10,
    });
  });

  afterEach(async () => {
    await poller.stop();
    mock.timers.reset();
  });

  /** A server that has only {@link closed} runs, without histories. */
  function server(): Client {
    const list = async ({ query }: { query: string }) => {
      const fromMs = Date.parse(/CloseTime >= '([^']+)'/.exec(query)?.[1] ?? '');
      return { executions: closed.filter(({ closedMs }) => closedMs >= fromMs).map(rawOf) };
    };
    const noHistory = async () => {
      throw Object.assign(new Error('no history'), { code: 5 });
    };
    return {
      options: { namespace: 'default', loadedDataConverter: loadDataConverter() },
      connection: { withDeadline: (_: number, fn: () => unknown) => fn() },
      workflowService: { listWorkflowExecutions: list, getWorkflowExecutionHistory: noHistory },
      schedule: { list: async function* () {} },
    } as unknown as Client;
  }

  it('says so, and stores all runs that closed meanwhile when it can be written again', async () => {
    poller.start();
    for (let minute = 0; minute < 10; minute++) {
      closed.push({ runId: `run-${minute}`, closedMs: Date.now() });
      const before = refused;
      await until(() => refused > before, { says: 'nothing was to be stored' });
      mock.timers.tick(60_000);
    }
    await until(() => poller.storeProblem()?.text === 'Closed runs are not stored. The disk is full.', {
      says: () => `it says ${JSON.stringify(poller.storeProblem())}`,
    });
    isFull = false;
    await until(() => stored.size > 0, { says: 'nothing is stored' });
    deepEqual([...stored].sort(), closed.map(({ runId }) => runId).sort());
    await until(() => poller.storeProblem() === undefined, { says: 'it still says so' });
    equal(poller.calls.state, 'ok');
  });
});

function rawOf({ runId, closedMs }: { runId: string; closedMs: number }): object {
  const time = msToTs(closedMs);
  return {
    execution: { workflowId: runId, runId },
    type: { name: 'report' },
    status: COMPLETED,
    taskQueue: 'queue',
    startTime: time,
    executionTime: time,
    closeTime: time,
    historyLength: { toNumber: () => 3 },
  };
}
