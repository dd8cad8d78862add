/** The console's poller: an index that cannot be written for a while, other clocks, and more runs than fit a page. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { msToTs } from '@temporalio/common/lib/time';
import { GrpcStatus } from '../client/grpc-status';
import { type FillCursor, type RunIndex, type RunSummary, StoreError } from '../console/store';
import { TemporalCalls } from '../console/temporal/calls';
import { Poller } from '../console/temporal/poller';
import { until } from '../testing/until';

const START = Date.UTC(2026, 0, 1);
const RUNNING = 1;
const COMPLETED = 2;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Run {
  readonly runId: string;
  /** Left out while it is open. */
  readonly closedMs?: number;
}

/** The runs that the server has. */
let runs: Run[];
/** The server's queries so far. */
let queries: string[];
/** Called before each answer to a list. */
let onList: (query: string, deadlineMs: number) => void;
/** How many times each run was stored. */
let stored: Map<string, number>;
let cursor: FillCursor | undefined;
let isFull: boolean;
let refused: number;
let poller: Poller;

beforeEach(() => {
  mock.timers.enable({ apis: ['Date'], now: START });
  runs = [];
  queries = [];
  onList = () => {};
  stored = new Map();
  cursor = { fromAt: START, untilAt: START };
  isFull = false;
  refused = 0;
});

afterEach(async () => {
  await poller.stop();
  mock.timers.reset();
  mock.restoreAll();
});

function startPoller(): void {
  const index: Pick<RunIndex, 'addRuns' | 'fillCursor' | 'run'> = {
    fillCursor: async () => cursor,
    run: async () => undefined,
    addRuns: async (added: readonly RunSummary[], fill) => {
      if (isFull) refused++;
      if (isFull) throw new StoreError('full', 'The disk is full.');
      for (const { runId } of added) stored.set(runId, (stored.get(runId) ?? 0) + 1);
      cursor = fill?.cursor ?? cursor;
    },
  };
  poller = new Poller(new TemporalCalls(server()), index as RunIndex, () => {}, {
    intervalMs: 10,
    idleIntervalMs: 10,
  });
  poller.start();
}

/** A server that has {@link runs}, without histories. */
function server(): Client {
  let deadlineMs = 0;
  const list = async (request: { query: string; pageSize: number; nextPageToken?: Uint8Array }) => {
    const { query, pageSize, nextPageToken } = request;
    queries.push(query);
    onList(query, deadlineMs);
    const time = (comparison: string) =>
      Date.parse(new RegExp(`CloseTime ${comparison} '([^']+)'`).exec(query)?.[1] ?? '');
    const found = query.includes('Running')
      ? runs.filter(({ closedMs }) => query.includes('WorkflowType') === false && closedMs === undefined)
      : runs
          .filter(
            ({ closedMs }) => closedMs !== undefined && closedMs >= time('>=') && !(closedMs > time('<=')),
          )
          .sort((a, b) => (b.closedMs ?? 0) - (a.closedMs ?? 0));
    const from = Number(Buffer.from(nextPageToken ?? []).toString());
    const end = from + pageSize;
    return {
      executions: found.slice(from, end).map(rawOf),
      nextPageToken: Buffer.from(end < found.length ? String(end) : ''),
    };
  };
  const noHistory = async () => {
    throw Object.assign(new Error('no history'), { code: GrpcStatus.NOT_FOUND });
  };
  const withDeadline = (ms: number, fn: () => unknown) => {
    deadlineMs = ms;
    return fn();
  };
  return {
    options: { namespace: 'default', loadedDataConverter: loadDataConverter() },
    connection: { withDeadline },
    workflowService: {
      listWorkflowExecutions: list,
      getWorkflowExecutionHistory: noHistory,
      listSchedules: async () => ({}),
    },
  } as unknown as Client;
}

function rawOf({ runId, closedMs }: Run): object {
  const time = msToTs(closedMs ?? START);
  return {
    execution: { workflowId: runId, runId },
    type: { name: 'report' },
    status: closedMs === undefined ? RUNNING : COMPLETED,
    taskQueue: 'queue',
    startTime: time,
    executionTime: time,
    closeTime: closedMs === undefined ? null : time,
    historyLength: { toNumber: () => 3 },
  };
}

/** Waits for two polls that have begun after this call. */
async function polled(): Promise<void> {
  const polls = () => queries.filter((query) => query.startsWith("ExecutionStatus = 'Running'")).length;
  const before = polls();
  await until(() => polls() >= before + 2, { says: 'nothing is polled' });
}

const allStored = () =>
  until(() => runs.every(({ runId }) => stored.has(runId)), {
    within: 30_000,
    says: () => `${stored.size} of ${runs.length} runs are stored`,
  });

describe('a poller whose index cannot be written', () => {
  it('says so, and stores all runs that closed meanwhile when it can be written again', async () => {
    isFull = true;
    startPoller();
    for (let minute = 0; minute < 10; minute++) {
      runs.push({ runId: `run-${minute}`, closedMs: Date.now() });
      const before = refused;
      await until(() => refused > before, { says: 'nothing was to be stored' });
      mock.timers.tick(MINUTE_MS);
    }
    await until(() => poller.storeProblem()?.text === 'Closed runs are not stored. The disk is full.', {
      says: () => `it says ${JSON.stringify(poller.storeProblem())}`,
    });
    isFull = false;
    await allStored();
    await until(() => poller.storeProblem() === undefined, { says: 'it still says so' });
    equal(poller.calls.state, 'ok');
  });
});

describe("a poller whose clock differs from the server's", () => {
  for (const [what, differenceMs] of [
    ['ahead', 10 * MINUTE_MS],
    ['days ahead', 9 * DAY_MS],
    ['behind', -10 * MINUTE_MS],
  ] as const)
    for (const isNew of [true, false])
      it(`stores each closed run once, with a clock that is ${what}, ${isNew ? 'from its first start' : 'after a restart'}`, async () => {
        mock.timers.setTime(START + differenceMs);
        const close = (runId: string) => runs.push({ runId, closedMs: Date.now() - differenceMs });
        if (isNew) cursor = undefined;
        if (isNew) close('before');
        startPoller();
        for (let minute = 0; minute < 8; minute++) {
          close(`run-${minute}`);
          await polled();
          mock.timers.tick(MINUTE_MS);
        }
        await polled();
        deepEqual(
          [...stored.values()],
          runs.map(() => 1),
          `${stored.size} of ${runs.length} runs`,
        );
      });
});

describe('a poller with a backlog', () => {
  const PAGES = 22;
  /** Runs that closed while the console was stopped, three at a time. */
  const backlog = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      runId: `run-${index}`,
      closedMs: START + 1_000 * Math.floor(index / 3),
    }));

  it('reads all of it although pages are slow and some fail, and what closes meanwhile, without a gap', async () => {
    runs = backlog(PAGES * 1_000 - 500);
    let pages = 0;
    onList = (query, deadlineMs) => {
      if (!query.includes('CloseTime')) return;
      mock.timers.tick(3_000);
      pages++;
      if (pages === 7) runs.push({ runId: 'meanwhile', closedMs: START + DAY_MS });
      if (pages === 9) deepEqual(stored.get('meanwhile'), 1, 'it waits for the backlog');
      if (pages === 6 || Date.now() > deadlineMs)
        throw Object.assign(new Error('late'), { code: GrpcStatus.DEADLINE_EXCEEDED });
    };
    startPoller();
    await allStored();
    await until(() => cursor?.untilAt === START + DAY_MS, { says: () => `read: ${JSON.stringify(cursor)}` });
    deepEqual(cursor, poller.fill);
    ok(pages < 2 * PAGES, `${pages} pages were read`);
  });

  it('continues after a restart where runs are missing', async () => {
    runs = backlog(6_000);
    let pages = 0;
    onList = (query) => {
      if (query.includes('CloseTime') && ++pages > 3)
        throw Object.assign(new Error('gone'), { code: GrpcStatus.UNAVAILABLE });
    };
    startPoller();
    await until(() => pages > 3, { says: 'no page fails' });
    await poller.stop();
    ok(stored.size > 2_900 && stored.size <= 3_000, `${stored.size} runs`);
    onList = () => {};
    startPoller();
    await allStored();
  });

  it('reads the latest 20,000 runs at its first start', async () => {
    runs = backlog(PAGES * 1_000);
    cursor = undefined;
    startPoller();
    await until(() => poller.fill, { within: 30_000, says: () => `${stored.size} runs are stored` });
    ok(stored.size >= 19_900 && stored.size <= 20_000, `${stored.size} runs`);
    await polled();
    const newestAt = runs.at(-1)?.closedMs;
    const oldestAt = runs.find(({ runId }) => stored.has(runId))?.closedMs;
    deepEqual(poller.fill, { fromAt: oldestAt, untilAt: newestAt });
  });
});

describe('a poller of many open runs', () => {
  it('keeps those that a cut list lacks until they close', async () => {
    runs = [{ runId: 'old' }];
    startPoller();
    await until(() => poller.openRuns.has('old'), { says: 'it is not listed' });
    runs = [...Array.from({ length: 1_000 }, (_, index) => ({ runId: `new-${index}` })), { runId: 'old' }];
    await until(() => poller.isOpenRunsCut, { says: 'the list is not cut' });
    await polled();
    ok(poller.openRuns.has('old'), 'it counts as ended');
    runs[1_000] = { runId: 'old', closedMs: START };
    await until(() => stored.has('old') && !poller.openRuns.has('old'), { says: 'its end is not seen' });
  });

  it('uses the search attributes within a minute after they have been registered', async () => {
    let isRegistered = false;
    onList = (query) => {
      if (!isRegistered && query.includes('JobTrigger'))
        throw Object.assign(new Error('no such search attribute'), { code: GrpcStatus.INVALID_ARGUMENT });
    };
    startPoller();
    await polled();
    ok(!queries.at(-1)?.includes('JobTrigger'));
    isRegistered = true;
    const elapsedMs = performance.now.bind(performance);
    mock.method(performance, 'now', () => elapsedMs() + MINUTE_MS);
    await polled();
    ok(
      queries.slice(-4).some((query) => query.includes('JobTrigger')),
      'they are not used',
    );
  });
});
