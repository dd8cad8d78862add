/** Activities of the recorded workflows. Histories contain their names and results, so replays do not run this code. */
import { activityInfo } from '@temporalio/activity';
import type { ItemPage } from 'temporal-job-tracing/workflow';

export async function work(): Promise<string> {
  return 'done';
}

/** Fails on every attempt before this one, and returns its number. */
export async function failBelowAttempt(attempt: number): Promise<number> {
  if (activityInfo().attempt < attempt) throw new Error(`attempt ${activityInfo().attempt} fails`);
  return attempt;
}

/** Returns a page of the account numbers from 1 to `total`; the cursor is the last number of the page before. */
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
