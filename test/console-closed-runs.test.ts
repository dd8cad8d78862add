/** Details of closed runs that the console reads from their histories, while some cannot be read. */
import { deepEqual, equal } from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { msToTs } from '@temporalio/common/lib/time';
import { type FillCursor, openStore, type RunIndex, type RunSummary, StoreError } from '../console/store';
import { TemporalCalls } from '../console/temporal/calls';
import { Poller } from '../console/temporal/poller';
import { until } from '../testing/until';
import { temporaryDirectory } from './support/console';

const FAILED = 3;
const RUNNING = 1;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;
const DATA_LOSS = 15;
/** What a codec makes of the details of an error: nothing that can be read without it. */
const ENCRYPTED = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') };

interface ClosedRun {
  readonly runId: string;
  /** @default when all of them closed */
  readonly closedMs?: number;
  /** Payloads of the error's details. */
  readonly details?: readonly object[];
  /** How many times the history cannot be read. */
  unavailable?: number;
  /** gRPC status code of those errors. @default UNAVAILABLE */
  readonly code?: number;
  /** Whether the server has lost the history. */
  readonly isLost?: boolean;
  readonly memo?: Readonly<Record<string, object>>;
}

let poller: Poller;
/** Run ids whose histories were read. */
let read: string[] = [];
/** How many histories can be read. */
let readable = Number.POSITIVE_INFINITY;
/** How many times runs with details cannot be stored. */
let full = 0;
afterEach(() => poller.stop());

/** Starts a poller of these runs; returns their stored errors by run id. */
function poll(
  runs: readonly ClosedRun[],
  open: readonly string[] = [],
  onRuns: (runIds: readonly string[]) => void = () => {},
): ReadonlyMap<string, string | undefined> {
  read = [];
  const stored = new Map<string, string | undefined>();
  const summaries = new Map<string, RunSummary>();
  const closedMs = Date.now();
  const index: Pick<RunIndex, 'addRuns' | 'fillCursor' | 'run'> = {
    fillCursor: async (): Promise<FillCursor> => ({ fromAt: closedMs, untilAt: closedMs }),
    run: async (runId) => summaries.get(runId),
    addRuns: async (added: readonly RunSummary[]) => {
      if (full > 0 && added.some(({ errorLine }) => errorLine !== undefined)) {
        full--;
        throw new StoreError('full', 'The disk is full.');
      }
      for (const run of added) {
        stored.set(run.runId, run.errorLine);
        summaries.set(run.runId, run);
      }
    },
  };
  startPoller(serverOf(runs, open, closedMs), index as RunIndex, onRuns);
  return stored;
}

function startPoller(
  server: Client,
  index: RunIndex,
  onRuns: (runIds: readonly string[]) => void = () => {},
): void {
  poller = new Poller(new TemporalCalls(server), index, ({ runIds }) => onRuns(runIds), {
    intervalMs: 10,
    idleIntervalMs: 10,
  });
  poller.start();
}

function serverOf(runs: readonly ClosedRun[], open: readonly string[], closedMs: number): Client {
  const since = (query: string) => Date.parse(/CloseTime >= '([^']+)'/.exec(query)?.[1] ?? '');
  const list = async ({ query }: { query: string }) => ({
    executions: query.includes('CloseTime')
      ? runs
          .filter((run) => (run.closedMs ?? closedMs) >= since(query))
          .map((run) => rawOf(run, run.closedMs ?? closedMs))
      : open.map((runId) => ({ ...rawOf({ runId }, closedMs), status: RUNNING, closeTime: null })),
  });
  const endOf = async ({ execution }: { execution: { runId: string } }) => {
    if (read.length >= readable) throw Object.assign(new Error('unavailable'), { code: UNAVAILABLE });
    read.push(execution.runId);
    const run = runs.find(({ runId }) => runId === execution.runId);
    if (run?.isLost) throw Object.assign(new Error('corrupted history'), { code: DATA_LOSS });
    if (run?.unavailable) {
      run.unavailable--;
      throw Object.assign(new Error('unavailable'), { code: run.code ?? UNAVAILABLE });
    }
    const applicationFailureInfo = { type: 'Refused', details: { payloads: run?.details ?? [] } };
    const failure = { message: `no stock for ${run?.runId}`, applicationFailureInfo };
    return { history: { events: [{ workflowExecutionFailedEventAttributes: { failure } }] } };
  };
  const historyOf = async (request: { execution: { runId: string } }) => {
    const { history } = await endOf(request);
    const started = { eventTime: msToTs(closedMs), workflowExecutionStartedEventAttributes: { attempt: 1 } };
    return { history: { events: [started, ...history.events] } };
  };
  const describeNothing = async () => {
    throw Object.assign(new Error('no such run'), { code: NOT_FOUND });
  };
  return {
    options: { namespace: 'default', loadedDataConverter: loadDataConverter() },
    connection: { withDeadline: (_: number, fn: () => unknown) => fn() },
    workflowService: {
      listWorkflowExecutions: list,
      describeWorkflowExecution: describeNothing,
      getWorkflowExecutionHistory: historyOf,
      getWorkflowExecutionHistoryReverse: endOf,
      listSchedules: async () => ({}),
    },
  } as unknown as Client;
}

function rawOf({ runId, memo = {} }: ClosedRun, closedMs: number): object {
  const time = msToTs(closedMs);
  return {
    memo: { fields: memo },
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

it('memos that cannot be decoded hide no run', async () => {
  const broken = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') };
  const stored = poll([
    { runId: 'a', memo: { jobName: ENCRYPTED } },
    { runId: 'b', memo: { jobName: broken, other: {} } },
    { runId: 'c' },
  ]);
  await until(() => stored.size === 3, { says: () => `stored: ${JSON.stringify([...stored])}` });
});

it('histories that the server has lost delay no others, and are read once', async () => {
  const lost = Array.from({ length: 3 }, (_, index) => ({ runId: `lost-${index}`, isLost: true }));
  const stored = poll([...lost, { runId: 'a' }]);
  await until(() => stored.get('a') !== undefined, {
    within: 10_000,
    says: () => `stored: ${JSON.stringify([...stored])}`,
  });
  deepEqual(
    read.filter((runId) => runId !== 'a'),
    ['lost-0', 'lost-1', 'lost-2'],
  );
});

for (const code of [PERMISSION_DENIED, UNAUTHENTICATED])
  it(`histories that the server refuses with code ${code} are read once it accepts the credentials again`, async () => {
    const stored = poll([{ runId: 'a', unavailable: 1, code }]);
    await until(() => stored.get('a') !== undefined, {
      within: 10_000,
      says: () => `stored: ${JSON.stringify([...stored])}`,
    });
    deepEqual(read.slice(0, 2), ['a', 'a']);
  });

it('an open page of a run that the server lists but does not have stops nothing', async () => {
  const published = new Set<string>();
  const stored = poll([{ runId: 'a' }], ['ghost'], (runIds) => {
    for (const runId of runIds) published.add(runId);
  });
  poller.watch('ghost');
  await until(() => published.has('a') && published.has('ghost') && stored.get('a') !== undefined, {
    within: 10_000,
    says: () => `published: ${[...published].join()}; stored: ${JSON.stringify([...stored])}`,
  });
});

it('a history that cannot be read for a while delays no others, and is read later', async () => {
  const stored = poll([{ runId: 'a', unavailable: 1 }, { runId: 'b' }, { runId: 'c' }]);
  await until(() => stored.size === 3 && [...stored.values()].every((line) => line !== undefined), {
    says: () => `stored: ${JSON.stringify([...stored])}`,
  });
});

it('details that cannot be stored for a while are stored later, from histories read once', async () => {
  full = 2;
  const stored = poll([{ runId: 'a' }, { runId: 'b' }]);
  await until(() => stored.get('a') !== undefined && stored.get('b') !== undefined, {
    says: () => `stored: ${JSON.stringify([...stored])}`,
  });
  deepEqual([...new Set(read)], ['a', 'b']);
  equal(read.length, 4, 'the beginning and the end of each');
});

it('histories that were not read before a restart are read after it, each once', async () => {
  const directory = temporaryDirectory();
  const store = await openStore({ directory: directory.path });
  const last = Date.now();
  const runs: ClosedRun[] = Array.from({ length: 25 }, (_, index) => ({
    runId: `run-${index}`,
    closedMs: last - index * 600_000,
  }));
  const lacking = async () => {
    const stored = await Promise.all(runs.map(({ runId }) => store.runs.run(runId)));
    return stored.filter((run) => run?.errorLine === undefined).length;
  };
  try {
    read = [];
    readable = 20;
    startPoller(serverOf(runs, [], last), store.runs);
    await until(() => poller.calls.state === 'away', { says: 'not enough is read' });
    await poller.stop();
    equal(await lacking(), 15);
    readable = Number.POSITIVE_INFINITY;
    startPoller(serverOf(runs, [], last), store.runs);
    await until(async () => (await lacking()) === 0, { says: 'some are not read' });
    equal(read.length, 2 * runs.length, 'the beginning and the end of each');
  } finally {
    await poller.stop();
    await store.close();
    directory.remove();
  }
});
