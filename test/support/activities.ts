/** Activities of the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, activityInfo } from '@temporalio/activity';
import { type JobInfo, jobInfo } from 'temporal-job-tracing/activities';
import type { ItemPage } from 'temporal-job-tracing/workflow';

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
  await sleep(20);
  return activityInfo().attempt;
}

/** What the activity knows of its job. */
export async function tellJobInfo(): Promise<JobInfo | undefined> {
  return jobInfo();
}

/** Accounts are numbered from 1 to `total`; the cursor is the number of those before. */
export async function accountPage(
  cursor: number | undefined,
  total: number,
  pageSize: number,
): Promise<ItemPage<number, number>> {
  const from = cursor ?? 0;
  const to = Math.min(total, from + pageSize);
  const items = Array.from({ length: to - from }, (_, i) => from + i + 1);
  return to < total ? { items, next: to } : { items };
}

/** Account numbers below 0 are refused; calls the downstream service for the others. */
export async function migrateAccount(account: number): Promise<string> {
  if (account < 0) throw ApplicationFailure.nonRetryable(`value too long for ${account}`, 'FieldLength');
  return callDownstream(`/accounts/${account}`);
}

const seen = new Set<string>();

/** Whether this name is given for the first time: as a downstream service that has been mended since. */
export async function isFirstRun(name: string): Promise<boolean> {
  const isFirst = !seen.has(name);
  seen.add(name);
  return isFirst;
}

/** Calls downstream after three seconds. */
export async function callDownstreamLate(): Promise<string> {
  await sleep(3_000);
  return callDownstream();
}
