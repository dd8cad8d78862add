/**
 * The console's state and problems, at the foot of each page.
 */

import { countText } from '../../timeline/durations';
import type { ConsoleStatus, NamespaceStatus } from '../../types';
import { zoneText } from '../clock';
import { Problems } from './messages';

const TEMPORAL: Readonly<Record<NamespaceStatus['temporal'], string>> = {
  ok: 'connected',
  busy: 'rate-limited',
  away: 'not answering',
  connecting: 'connecting',
};

export function Foot({ status }: { readonly status: ConsoleStatus | undefined }) {
  if (!status) return <footer class="foot" />;
  const { namespaces, traces, version, hasLogin, problems } = status;
  return (
    <footer class="foot">
      <Problems problems={problems} />
      {traces.refusals.length > 0 && <p class="note">Spans were refused. {traces.refusals.join('. ')}.</p>}
      <ul>
        {namespaces.map(({ name, temporal, openRuns, isOpenRunsCut }) => (
          <li key={name} class={`is-${temporal}`}>
            Temporal, namespace {name}: {TEMPORAL[temporal]}
            {openRuns > 0 && `, ${countText(openRuns)}${isOpenRunsCut ? ' and more' : ''} running`}
          </li>
        ))}
        {traces.source === 'embedded' && (
          <li>
            {countText(traces.taken)} spans received, {sizeText(traces.bytes)} of {sizeText(traces.maxBytes)}
          </li>
        )}
        <li>times in {zoneText()}</li>
        <li>version {version}</li>
        {hasLogin && (
          <li>
            <form method="post" action="/logout">
              <button type="submit">Log out</button>
            </form>
          </li>
        )}
      </ul>
    </footer>
  );
}

function sizeText(bytes: number): string {
  const [size, unit] = bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${unit}`;
}
