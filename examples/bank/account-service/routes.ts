/**
 * AccountService over HTTP: the migration's calls, and the operator's `POST /releases/2`.
 */
import type { RequestListener } from 'node:http';
import { bodyOf, routes } from '../../support/service/routes';
import type { Store } from './store';

/** Returns the listener for the service's requests. */
export function listenerOf(store: Store): RequestListener {
  return routes({
    'GET /accounts': (_request, query) =>
      store.legacyQuery(Number(query.get('after')), Number(query.get('limit'))),

    'POST /migrations': async (request) => {
      const { account } = await bodyOf<{ account: number }>(request);
      await store.accountInsert(account);
      return { migrated: account };
    },

    'POST /releases/2': () => store.lengthenHolder(),
  });
}
