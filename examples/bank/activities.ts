/**
 * Activities of the migration: plain calls of AccountService with `fetch`, without tracing code.
 */
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { ItemPage } from 'temporal-job-tracing/workflow';

const PAGE_SIZE = 250;

/** Creates the activities. @param serviceUrl base URL of AccountService */
export function createActivities(serviceUrl: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(serviceUrl + path, {
      method,
      signal: cancellationSignal(),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (response.ok) return answer;
    const text = answer.error ?? `${method} ${path}: ${response.status}`;
    // The service has refused the account: a retry does not help.
    if (response.status === 422) throw ApplicationFailure.nonRetryable(text, 'AccountRefused');
    throw new Error(text);
  }

  return {
    /** Returns a page of account numbers; the cursor is the last number of the previous page. */
    accountPage: async (cursor = 0): Promise<ItemPage<number, number>> => {
      const items = await call<number[]>('GET', `/accounts?after=${cursor}&limit=${PAGE_SIZE}`);
      const last = items.at(-1);
      return items.length < PAGE_SIZE || last === undefined ? { items } : { items, next: last };
    },
    migrateAccount: (account: number) => call<{ migrated: number }>('POST', '/migrations', { account }),
  };
}
