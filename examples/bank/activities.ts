/**
 * What the migration does: plain calls to AccountService with `fetch`. Nothing here knows of tracing.
 */
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type { ItemPage } from 'temporal-job-tracing/workflow';

const PAGE_SIZE = 250;

/** The activities, calling the service at this base URL. */
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
    // The service has looked at the account: trying again does not help.
    if (response.status === 422) throw ApplicationFailure.nonRetryable(text, 'AccountRefused');
    throw new Error(text);
  }

  return {
    /** A page of account numbers; the cursor is the last of those before. */
    accountPage: async (cursor = 0): Promise<ItemPage<number, number>> => {
      const items = await call<number[]>('GET', `/accounts?after=${cursor}&limit=${PAGE_SIZE}`);
      const last = items.at(-1);
      return items.length < PAGE_SIZE || last === undefined ? { items } : { items, next: last };
    },
    migrateAccount: (account: number) => call<{ migrated: number }>('POST', '/migrations', { account }),
  };
}
