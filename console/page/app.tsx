/**
 * The frame of all pages: header, the page for the address, and the console's state at the foot.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { ConsoleStatus } from '../types';
import { address } from './address';
import { AlertsPage } from './alerts/alerts-page';
import { JobPage } from './jobs/job-page';
import { JobsPage } from './jobs/jobs-page';
import { useKeys } from './keyboard';
import { connection } from './live';
import { Foot } from './parts/foot';
import { Help, openHelp } from './parts/help';
import { useTitle } from './parts/title';
import { useResource } from './resource';
import { RunPage } from './run/run-page';
import { TracePage } from './run/trace-page';

export function App() {
  useKeys({ '?': openHelp });
  const { data: status } = useResource<ConsoleStatus>(
    '/api/status',
    ({ name }) => name === 'status' || name === 'alerts',
  );
  const isLive = connection.value === 'open' || connection.value === 'shared';
  return (
    <>
      <header class="top">
        <a class="home" href="/">
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <rect x="1" y="2" width="14" height="3" rx="1.500" />
            <rect x="1" y="6.500" width="5" height="3" rx="1.500" />
            <rect x="6" y="11" width="9" height="3" rx="1.500" />
          </svg>
          Job tracing
        </a>
        <AlertsLink status={status} />
        <span class={isLive ? 'live is-open' : 'live'} role="status">
          {isLive ? 'live' : 'connecting …'}
        </span>
        <button type="button" class="help-button" onClick={openHelp} aria-label="Keys">
          <kbd>?</kbd>
        </button>
      </header>
      <Page />
      <Foot status={status} />
      <Help />
    </>
  );
}

/** Link to the alerts, with the number of open ones. */
function AlertsLink({ status }: { readonly status: ConsoleStatus | undefined }) {
  const open = status?.namespaces.reduce((sum, { openAlerts }) => sum + openAlerts, 0) ?? 0;
  return (
    <a
      class="alerts-link"
      href="/alerts"
      aria-current={address.value.pathname === '/alerts' ? 'page' : undefined}
    >
      Alerts
      {open > 0 && (
        <strong>
          {open}
          <span class="hidden-text"> open</span>
        </strong>
      )}
    </a>
  );
}

/** Moves the keyboard's focus to the new page when a link within the console was followed. */
function useFocusOnPage(): void {
  const { pathname } = address.value;
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const main = document.querySelector('main');
    if (!main) return;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }, [pathname]);
}

function Page() {
  useFocusOnPage();
  const [, kind, id, ...more] = address.value.pathname.replace(/\/$/, '').split('/').map(decode);
  if (kind === undefined) return <JobsPage />;
  if (kind === 'alerts' && id === undefined) return <AlertsPage />;
  if (id !== undefined && more.length === 0) {
    if (kind === 'jobs') return <JobPage key={id} job={id} />;
    if (kind === 'runs') return <RunPage key={id} runId={id.toLowerCase()} />;
    if (kind === 'traces') return <TracePage key={id} traceId={id} />;
  }
  return <NotFound />;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function NotFound() {
  useTitle('Not found');
  return (
    <main>
      <h1>Page not found</h1>
      <p>
        Pages are <a href="/">the jobs</a>, <a href="/alerts">the alerts</a>, <code>/jobs/&lt;job&gt;</code>,{' '}
        <code>/runs/&lt;run id&gt;</code> and <code>/traces/&lt;TraceId&gt;</code>.
      </p>
    </main>
  );
}
