/**
 * Activities of the nightly job: plain calls of ServiceApplication with `fetch`, without tracing code.
 */
import { cancellationSignal } from '@temporalio/activity';
import type { UserTotal } from './service-application/store';

/** Creates the activities. @param serviceUrl base URL of ServiceApplication */
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
