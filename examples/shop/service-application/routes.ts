/**
 * ServiceApplication over HTTP: the nightly job's calls, and the operator's `POST /releases/<1|2>`.
 */
import type { RequestListener } from 'node:http';
import { bodyOf, routes } from '../../support/service/routes';
import type { Store, UserTotal } from './store';

/** Returns the listener for the service's requests. */
export function listenerOf(store: Store): RequestListener {
  return routes({
    'GET /users/with-orders': () => store.userInfoQuery(),

    'POST /orders/summaries': async (request) => {
      const totals = await store.orderInfoQuery(await bodyOf<string[]>(request));
      await store.orderSummarySave(totals);
      return totals;
    },

    'PUT /users/totals': async (request) => {
      const totals = await bodyOf<UserTotal[]>(request);
      await store.userInfoSave(totals);
      return { saved: totals.length };
    },

    'POST /releases/1': () => store.apply(1),
    'POST /releases/2': () => store.apply(2),
  });
}
