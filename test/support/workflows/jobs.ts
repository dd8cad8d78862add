/** Workflows of the tests: they know nothing of tracing. */
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

/** One activity that calls the downstream service. */
export async function oneActivity(): Promise<string> {
  return callDownstream();
}

/** The same through a local activity. */
export async function oneLocalActivity(): Promise<string> {
  return local.callDownstream();
}

/** A local activity that fails once, with a back-off past its threshold. */
export async function localBackoff(): Promise<number> {
  return local.failBelowAttempt(2);
}

/** An activity that needs a second attempt. */
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

/** Starts a child under cron and leaves it to itself. */
export async function cronParent(cronSchedule: string): Promise<void> {
  await startChild(oneActivity, {
    workflowId: `${workflowInfo().workflowId}-child`,
    cronSchedule,
    parentClosePolicy: 'ABANDON',
  });
}

export const finish = defineSignal('finish');
export const greet = defineUpdate<string, [string]>('greet');

/** Ends when it gets the signal `finish`; answers the update `greet`; ignores `runNow`. */
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

/** The user's random sequence. */
export async function randoms(): Promise<(string | number)[]> {
  const first = [uuid4(), Math.random()];
  await callDownstream();
  log.info('between');
  await sleep(1);
  return [...first, uuid4(), Math.random()];
}

export type Outcome = 'end' | 'fail' | 'throw' | 'continue';

/** Takes this long, and then ends, fails, throws a plain error, or continues as new. */
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

/** Fails with the cancellation of what it called, though nobody has cancelled it. */
export async function cancelsItself(): Promise<void> {
  await CancellationScope.cancellable(async () => {
    CancellationScope.current().cancel();
    await sleep(60_000);
  });
}

/** Fails because its activity does. */
export async function activityFails(): Promise<number> {
  return failBelowAttempt(9);
}
