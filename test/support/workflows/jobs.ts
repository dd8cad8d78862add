/** Workflows that most tests use; without any code for tracing. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  log,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  startChild,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream, failBelowAttempt } = proxyActivities<typeof activities>({
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 3, initialInterval: '50ms' },
});
const local = proxyLocalActivities<typeof activities>({
  startToCloseTimeout: '30s',
  localRetryThreshold: '10ms',
  retry: { maximumAttempts: 3, initialInterval: '500ms' },
});

const hurried = proxyActivities<typeof activities>({
  startToCloseTimeout: '500ms',
  retry: { maximumAttempts: 1 },
});

/** Runs one activity, which calls the downstream service. */
export async function oneActivity(): Promise<string> {
  return callDownstream();
}

/** Calls the downstream service with a local activity. */
export async function oneLocalActivity(): Promise<string> {
  return local.callDownstream();
}

/** Runs a local activity that fails once, with a back-off above the local retry threshold. */
export async function localBackoff(): Promise<number> {
  return local.failBelowAttempt(2);
}

/** Runs an activity that succeeds on its second attempt. */
export async function activityRetry(): Promise<number> {
  return failBelowAttempt(2);
}

/** Fails on its first attempt; started with a retry policy it succeeds on the second. */
export async function failsOnce(): Promise<void> {
  await callDownstream();
  if (workflowInfo().attempt === 1)
    throw ApplicationFailure.create({ message: 'first attempt', type: 'FirstAttempt' });
}

/** Continues as new this many times. */
export async function continues(times: number): Promise<void> {
  await callDownstream();
  if (times > 0) await continueAsNew<typeof continues>(times - 1);
}

export interface ChildOptions {
  readonly type?: string;
  readonly args?: unknown[];
  readonly cronSchedule?: string;
  readonly retry?: { maximumAttempts: number; initialInterval: string };
}

/** Starts one child and waits for it. */
export async function parent({
  type = 'oneActivity',
  args = [],
  ...options
}: ChildOptions = {}): Promise<unknown> {
  return executeChild(type, { args, workflowId: `${workflowInfo().workflowId}-child`, ...options });
}

/** Starts a child with a cron schedule, and completes while the child is open. */
export async function cronParent(cronSchedule: string): Promise<void> {
  await startChild(oneActivity, {
    workflowId: `${workflowInfo().workflowId}-child`,
    cronSchedule,
    parentClosePolicy: 'ABANDON',
  });
}

export const finish = defineSignal('finish');
export const greet = defineUpdate<string, [string]>('greet');

/** Completes when it receives the signal `finish`; handles the update `greet` and the signal `runNow`. */
export async function waits(): Promise<string[]> {
  const seen: string[] = [];
  let finished = false;
  setHandler(finish, () => {
    finished = true;
  });
  setHandler(defineSignal('runNow'), () => {
    seen.push('runNow');
  });
  setHandler(
    greet,
    async (name) => {
      await callDownstream();
      seen.push(name);
      return `hello ${name}`;
    },
    {
      validator(name) {
        if (name === '') throw new Error('a name is needed');
      },
    },
  );
  await condition(() => finished);
  return seen;
}

/** Draws random values before and after an activity, and returns them. */
export async function randoms(): Promise<(string | number)[]> {
  const first = [uuid4(), Math.random()];
  await callDownstream();
  log.info('between');
  await sleep(1);
  return [...first, uuid4(), Math.random()];
}

export type Outcome = 'end' | 'fail' | 'throw' | 'continue';

/** Sleeps for this time, and then completes, fails, throws a plain error, or continues as new. */
export async function takes(ms: number, outcome: Outcome = 'end'): Promise<void> {
  await callDownstream();
  await sleep(ms);
  if (outcome === 'throw') throw new Error('a plain error');
  if (outcome === 'continue') await continueAsNew<typeof takes>(1);
  if (outcome === 'fail')
    throw ApplicationFailure.create({ message: 'too long a name', type: 'FieldLength' });
}

/** Fails because its activity is too slow. */
export async function activityTimesOut(): Promise<void> {
  await hurried.callDownstreamLate();
}

/** Fails with the cancellation of its own scope, although the run is not cancelled. */
export async function cancelsItself(): Promise<void> {
  await CancellationScope.cancellable(async () => {
    CancellationScope.current().cancel();
    await sleep(60_000);
  });
}

/** Fails because its activity fails. */
export async function activityFails(): Promise<number> {
  return failBelowAttempt(9);
}
