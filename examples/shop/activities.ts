/**
 * What the nightly job does: plain calls to ServiceApplication with `fetch`. Nothing here knows of tracing.
 */
import { cancellationSignal } from '@temporalio/activity';
import type { UserTotal } from './service-application/store';

/** The activities, calling the service at this base URL. */
export function createActivities(serviceUrl: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(serviceUrl + path, {
      method,
      signal: cancellationSignal(),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    findUsersWithOrders: () => call<string[]>('GET', '/users/with-orders'),
    summariseOrders: (logins: string[]) => call<UserTotal[]>('POST', '/orders/summaries', logins),
    saveUserTotals: (totals: UserTotal[]) => call<{ saved: number }>('PUT', '/users/totals', totals),
  };
}
