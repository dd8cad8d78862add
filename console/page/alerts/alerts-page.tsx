/**
 * `/alerts`: open and past alerts, and the state of the watchers.
 */

import { countText } from '../../timeline/durations';
import type { AlertsPage as Answer, WatcherState } from '../../types';
import { parameter } from '../address';
import { setClock } from '../clock';
import { useRowKeys } from '../keyboard';
import { FindField } from '../parts/find-field';
import { Pending, Problems } from '../parts/messages';
import { useTitle } from '../parts/title';
import { useResource } from '../resource';
import { AlertTable } from './alert-table';
import { Watcher } from './watcher';

/** A watcher that stops announces nothing: only reading again shows it. */
const AGAIN_MS = 10_000;

export function AlertsPage() {
  const namespace = parameter('namespace');
  const query = namespace === undefined ? '' : `?namespace=${encodeURIComponent(namespace)}`;
  const page = useResource<Answer>(
    `/api/alerts${query}`,
    ({ name }) => name === 'alerts' || name === 'status',
    AGAIN_MS,
  );
  const { data } = page;
  if (data) setClock(data.at);
  const find = parameter('q')?.toLowerCase() ?? '';
  const fits = ({ name }: { readonly name: string }) => name.toLowerCase().includes(find);
  useTitle('Alerts');
  useRowKeys();
  return (
    <main>
      <div class="head">
        <h1>Alerts</h1>
        {data && <State page={data} />}
        <div class="tools">
          <FindField label="Find a job" />
        </div>
      </div>
      <Pending resource={page} what="the alerts" />
      {data && (
        <>
          <Problems problems={data.problems} />
          <Notices watchers={data.watchers.filter(isAmiss)} />
          <AlertTable rows={data.open.filter(fits)} hasNamespaces={data.watchers.length > 1} isOpen />
          <section class="past">
            <h2>Past</h2>
            <AlertTable rows={data.past.filter(fits)} hasNamespaces={data.watchers.length > 1} />
            {data.more > 0 && <p class="quiet">+ {countText(data.more)} more</p>}
          </section>
          <Notices watchers={data.watchers.filter((watcher) => !isAmiss(watcher))} />
          {data.watchers.map((watcher) => (
            <Watcher key={watcher.namespace} watcher={watcher} hasNamespaces={data.watchers.length > 1} />
          ))}
        </>
      )}
    </main>
  );
}

function State({ page: { open } }: { readonly page: Answer }) {
  return (
    <p class="quiet" role="status">
      {open.length === 0 ? 'none open' : <strong class="bad">{countText(open.length)} open</strong>}
    </p>
  );
}

/** Its notices come before the alerts, which may be incomplete; those of a watcher at work come after them. */
function isAmiss({ state }: WatcherState): boolean {
  return state !== 'watching' && state !== 'starting';
}

function Notices({ watchers }: { readonly watchers: readonly WatcherState[] }) {
  return (
    <div role="status">
      <ul class="problems">
        {watchers.flatMap(({ namespace, notices, state }) =>
          notices.map((text) => (
            <li key={`${namespace} ${text}`} class={`is-${state}`}>
              {text}
            </li>
          )),
        )}
      </ul>
    </div>
  );
}
