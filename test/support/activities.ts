/** Activities of the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { type JobContext, jobContext } from 'temporal-job-tracing/activities';

/** Calls the downstream service of the test process and returns the headers that it saw, as JSON. */
export async function callDownstream(path = '/'): Promise<string> {
  const base = process.env.DOWNSTREAM_URL;
  if (base === undefined) throw new Error('DOWNSTREAM_URL is not set');
  const response = await fetch(new URL(path, base));
  return response.text();
}

/** Fails until its attempt has this number, which it returns. */
export async function failBelowAttempt(attempt: number): Promise<number> {
  if (activityInfo().attempt < attempt) throw new Error(`attempt ${activityInfo().attempt} fails`);
  return activityInfo().attempt;
}

/** What the activity knows of its job. */
export async function tellJobContext(): Promise<JobContext | undefined> {
  return jobContext();
}

/** Calls downstream after three seconds. */
export async function callDownstreamLate(): Promise<string> {
  await sleep(3_000);
  return callDownstream();
}
