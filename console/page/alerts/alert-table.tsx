/**
 * A table of incidents: subject, open problems, and deliveries.
 */
import type { AlertDelivery, AlertRow, OpenAlert } from '../../types';
import { paths } from '../address';
import { timeText } from '../clock';
import { Ago, Time } from '../parts/time';
import { TYPE_WORDS } from './words';

interface TableProps {
  readonly rows: readonly AlertRow[];
  readonly hasNamespaces: boolean;
  readonly isOpen?: boolean;
}

/** Open alerts, or past ones. */
export function AlertTable({ rows, hasNamespaces, isOpen = false }: TableProps) {
  if (rows.length === 0) return <p class="empty">{isOpen ? 'No open alerts.' : 'No past alerts.'}</p>;
  return (
    <table class="list alerts">
      <thead>
        <tr>
          <th scope="col">Job or task queue</th>
          <th scope="col">{isOpen ? 'Problem' : 'Last activity'}</th>
          <th scope="col">Messages</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.runId} class={isOpen ? 'is-failing' : ''}>
            <th scope="row">
              <Subject row={row} />
              {hasNamespaces && <span class="quiet">{row.namespace}</span>}
            </th>
            <td>
              {row.open.map((alert) => (
                <Open key={`${alert.type} ${alert.sinceAt}`} alert={alert} namespace={row.namespace} />
              ))}
              {!isOpen && <Time at={row.lastAt} />}
            </td>
            <td>
              <Deliveries deliveries={row.deliveries} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Subject({ row: { kind, name, namespace } }: { readonly row: AlertRow }) {
  if (kind === 'job')
    return (
      <a class="row-link" href={paths.job(name, namespace)}>
        {name}
      </a>
    );
  return (
    <>
      <span class="name">{name}</span>
      <span class="quiet">{kind === 'queue' ? 'task queue' : 'channel test'}</span>
    </>
  );
}

function Open({ alert, namespace }: { readonly alert: OpenAlert; readonly namespace: string }) {
  const { text, type, sinceAt, runId } = alert;
  // Without the problem's details, the text is its type.
  const words = text === type ? TYPE_WORDS[type].open : text;
  return (
    <p class="open-alert">
      {runId === undefined ? (
        words
      ) : (
        <a class="above" href={paths.run(runId, namespace)}>
          {words}
        </a>
      )}
      <span class="quiet">
        since <Time at={sinceAt} />, <Ago at={sinceAt} />
      </span>
    </p>
  );
}

function Deliveries({ deliveries }: { readonly deliveries: readonly AlertDelivery[] | undefined }) {
  if (deliveries === undefined) return <span class="quiet">unknown: no watcher process answers</span>;
  if (deliveries.length === 0) return <span class="quiet">none yet</span>;
  return (
    <ul class="deliveries">
      {deliveries.map(({ channel, type, state, at, outcome, why }) => (
        <li key={`${channel} ${at} ${type} ${state}`} class={`is-${outcome}`}>
          <time dateTime={new Date(at).toISOString()}>{timeText(at)}</time> {TYPE_WORDS[type][state]} →{' '}
          {channel}
          {outcome !== 'delivered' && `: ${outcome === 'grouped' ? 'sent in a group' : outcome}`}
          {why !== undefined && <span class="quiet"> {why}</span>}
        </li>
      ))}
    </ul>
  );
}
