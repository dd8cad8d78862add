/**
 * Program: ServiceApplication, an HTTP service, as a separate process.
 */
import { serve } from '../../support/service/serve';
import { listenerOf } from './routes';
import { openStore } from './store';

serve(async () => {
  const store = await openStore();
  return { listener: listenerOf(store), close: () => store.close() };
});
