/** Activities that most tests use. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import { type JobInfo, jobInfo } from 'temporal-job-tracing/activities';

export { accountPage } from '../histories/activities';

/** Calls the downstream service and returns the headers that it received, as JSON. */
export async function callDownstream(path = '/'): Promise<string> {
  const base = process.env.DOWNSTREAM_URL;
  if (base === undefined) throw new Error('DOWNSTREAM_URL is not set');
  const response = await fetch(new URL(path, base));
  return response.text();
}

/** Fails on every attempt before this one, and returns its number. */
export async function failBelowAttempt(attempt: number): Promise<number> {
  if (activityInfo().attempt < attempt) throw new Error(`attempt ${activityInfo().attempt} fails`);
  await sleep(20);
  return activityInfo().attempt;
}

/** Returns the activity's `jobInfo()`. */
export async function getJobInfo(): Promise<JobInfo | undefined> {
  return jobInfo();
}

/** Fails for a negative account number; calls the downstream service for any other. */
export async function migrateAccount(account: number): Promise<string> {
  if (account < 0) throw ApplicationFailure.nonRetryable(`value too long for ${account}`, 'FieldLength');
  return callDownstream(`/accounts/${account}`);
}

const calledNames = new Set<string>();

/** Returns whether this is the first call with this name, like a service that has been repaired since its last call. */
export async function isFirstCall(name: string): Promise<boolean> {
  const isFirst = !calledNames.has(name);
  calledNames.add(name);
  return isFirst;
}

/** Calls the downstream service after three seconds. */
export async function callDownstreamLate(): Promise<string> {
  await sleep(3_000);
  return callDownstream();
}
