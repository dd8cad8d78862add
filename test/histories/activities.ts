/** Activities of the recorded workflows. Their names and results are in the histories, their code is not. */
import { activityInfo } from '@temporalio/activity';
import type { ItemPage } from 'temporal-job-tracing/workflow';

export async function work(): Promise<string> {
  return 'done';
}

/** Fails until its attempt has this number, which it returns. */
export async function failBelowAttempt(attempt: number): Promise<number> {
  if (activityInfo().attempt < attempt) throw new Error(`attempt ${activityInfo().attempt} fails`);
  return attempt;
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
