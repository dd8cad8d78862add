/** Which first tasks that are retried may have been refused for what they bound; on the same worker and on another. */
import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SearchAttributesConnection } from '../client/search-attributes';
import { SEARCH_ATTRIBUTES } from '../core/search-attributes';
import { createBinding } from '../worker/binding';
import { mayBeRefused, type RetriedTask } from '../worker/retried-task';

const DUE_MS = 1_000_000;
const TIMEOUT_MS = 10_000;
/** A task that started 40 ms after the run was due, and is retried 10 ms later. */
const HERE: RetriedTask = {
  dueMs: DUE_MS,
  startedMs: DUE_MS + 50,
  timeoutMs: TIMEOUT_MS,
  events: 6,
  isReset: false,
  hasFailed: false,
  grant: { startedMs: DUE_MS + 40, events: 3 },
};
const ELSEWHERE: RetriedTask = { ...HERE, grant: undefined };
/** A task that started when its run had waited for a worker for a minute. */
const LATE: RetriedTask = {
  ...HERE,
  startedMs: DUE_MS + 60_050,
  grant: { startedMs: DUE_MS + 60_040, events: 3 },
};

const CASES: readonly (readonly [what: string, task: RetriedTask, expected: boolean])[] = [
  ['at once, on the worker that answered it', HERE, true],
  [
    'at once, of a start with a signal',
    { ...HERE, events: 7, grant: { startedMs: DUE_MS, events: 4 } },
    true,
  ],
  ['at once, after user code failed it', { ...HERE, hasFailed: true }, false],
  ['at once, since a signal came in between', { ...HERE, events: 7 }, false],
  ['of a reset run, which was not answered before', { ...ELSEWHERE, isReset: true }, false],
  ['of a reset run, at once', { ...HERE, isReset: true }, true],
  ['at once, of a run that waited for a worker', LATE, true],
  ['after a time-out', { ...HERE, startedMs: DUE_MS + 40 + TIMEOUT_MS }, false],
  ['at once, on another worker', ELSEWHERE, true],
  ['at once, on another worker, of a run that waited 5 s', { ...ELSEWHERE, startedMs: DUE_MS + 5_050 }, true],
  ['after a time-out, on another worker', { ...ELSEWHERE, startedMs: DUE_MS + 40 + TIMEOUT_MS }, false],
];

describe('a first task that is retried', () => {
  for (const [what, task, expected] of CASES) {
    it(`${what}: ${expected ? 'binds nothing' : 'binds as before'}`, () => {
      equal(mayBeRefused(task), expected);
    });
  }
});

/** `temporal.api.enums.v1.IndexedValueType` */
const TYPE_CODES = { KEYWORD: 2, BOOL: 5 };

/** A namespace that has all attributes, and bound runs. */
const CONNECTION = {
  operatorService: {
    listSearchAttributes: async () => ({
      customAttributes: Object.fromEntries(
        Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPE_CODES[type]]),
      ),
    }),
  },
  workflowService: { countWorkflowExecutions: async () => ({ count: 1 }) },
  withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
} as unknown as SearchAttributesConnection;

describe('a worker that has found all attributes between the start of a run and the retry of its first task', () => {
  it('does not bind the run, since the server may have refused them afterwards', async () => {
    const dueMs = Date.now();
    const run = {
      runId: 'run',
      originalExecutionRunId: 'run',
      startTime: new Date(dueMs),
      taskTimeoutMs: TIMEOUT_MS,
      historyLength: 6,
    };
    const binding = createBinding({
      namespace: 'default',
      register: false,
      log: { info() {}, warn() {} },
    });
    try {
      await binding.start(CONNECTION);
      equal(binding.mayBind(), true, 'other runs are bound');
      const retried = { ...run, runStartTime: new Date() } as unknown as WorkflowInfo;
      equal(binding.mayBindAgain(retried), false);
    } finally {
      binding.close();
    }
  });
});
