/**
 * Builds `/api/alerts`: open and past alerts from the incidents, and the state of channels and watchers.
 */
import type { AlertMessage } from '../../../alerts/incident/message';
import type { IncidentState } from '../../../alerts/incident/state';
import { alertText } from '../../../alerts/text';
import type { WatcherStatus } from '../../../alerts/workflows/watcher-messages';
import { defined } from '../../../core/util/defined';
import type { Incident } from '../../alerts/incidents';
import { readWatcher, type Watcher } from '../../alerts/watcher-state';
import type {
  AlertChannelState,
  AlertDelivery,
  AlertRow,
  AlertsPage,
  OpenAlert,
  WatcherState,
} from '../../types';
import { type ConsoleData, type NamespaceData, namespacesOf, problemsOf } from '../console-data';

/** Maximum number of open incidents that are shown. */
const MAX_OPEN = 200;
const MAX_PAST = 50;
const MAX_DELIVERIES = 8;

interface Part {
  readonly watcher: WatcherState;
  readonly open: readonly AlertRow[];
  readonly past: readonly AlertRow[];
  readonly more: number;
}

/** Builds the page. Never rejects: what cannot be read is in `problems`. */
export async function alertsPage(data: ConsoleData, namespace: string | undefined): Promise<AlertsPage> {
  const namespaces = namespacesOf(data, namespace);
  const parts = await Promise.all(namespaces.map(partOf));
  return {
    at: Date.now(),
    watchers: parts.map(({ watcher }) => watcher),
    open: parts.flatMap(({ open }) => open).sort((a, b) => sinceOf(a) - sinceOf(b)),
    past: parts.flatMap(({ past }) => past).sort((a, b) => b.lastAt - a.lastAt),
    more: parts.reduce((sum, { more }) => sum + more, 0),
    problems: problemsOf(namespaces),
  };
}

async function partOf(namespace: NamespaceData): Promise<Part> {
  const { incidents, states, name } = namespace;
  try {
    const [all, watcher, canBeQueried] = await Promise.all([
      incidents.read(),
      readWatcher(namespace.calls),
      states.canBeQueried(),
    ]);
    const isOpen = ({ isRunning, open }: Incident) => isRunning && open?.length !== 0;
    const open = all.filter(isOpen);
    const past = all.filter((incident) => !isOpen(incident));
    const shown = [...open.slice(0, MAX_OPEN), ...newest(past).slice(0, MAX_PAST)];
    const [status, known] = canBeQueried
      ? await Promise.all([watcher.state === 'none' ? undefined : states.watcher(), states.of(shown)])
      : [undefined, new Map<string, IncidentState>()];
    const rows = shown.map((incident) => rowOf(incident, name, known.get(incident.runId)));
    return {
      watcher: watcherState(namespace, watcher, status, rows, all),
      open: rows.slice(0, Math.min(open.length, MAX_OPEN)),
      past: rows.slice(Math.min(open.length, MAX_OPEN)),
      more: all.length - shown.length,
    };
  } catch {
    // The reason is the namespace's state, which is among the problems.
    const notices = [namespace.watchers?.problem(name) ?? []].flat();
    return { watcher: { ...UNKNOWN, namespace: name, notices }, open: [], past: [], more: 0 };
  }
}

const UNKNOWN = Object.freeze({
  state: 'unknown',
  silences: [],
  channels: [],
  withoutUsual: [],
  untold: [],
} as const);

function newest(incidents: readonly Incident[]): readonly Incident[] {
  const lastMs = ({ startedMs, closedMs }: Incident) => closedMs ?? startedMs;
  return [...incidents].sort((a, b) => lastMs(b) - lastMs(a));
}

function rowOf(incident: Incident, namespace: string, state: IncidentState | undefined): AlertRow {
  const { workflowId, runId, kind, name, open = [], startedMs, closedMs } = incident;
  const deliveries = state && deliveriesOf(state);
  const lastDeliveryAt = deliveries?.[0]?.at;
  return {
    namespace,
    workflowId,
    runId,
    kind,
    name,
    open: open.map((problem) => openAlert(incident, problem, state)),
    startedAt: startedMs,
    lastAt: Math.max(startedMs, lastDeliveryAt ?? closedMs ?? 0),
    ...(deliveries && { deliveries }),
  };
}

function openAlert(
  { kind, name }: Incident,
  { type, key, since }: NonNullable<Incident['open']>[number],
  state: IncidentState | undefined,
): OpenAlert {
  const alertType = type as AlertMessage['type'];
  const sinceAt = Date.parse(since);
  const known = state?.problems.find((problem) => problem.key === key);
  const message: AlertMessage = {
    id: '',
    key,
    type: alertType,
    state: 'open',
    sinceMs: sinceAt,
    queuedMs: sinceAt,
    facts: known?.facts ?? {},
    ...(known?.flapping && { flapping: known.flapping }),
  };
  // Without the problem's details there is no sentence.
  const text = known ? alertText({ kind, name }, message) : alertType;
  return defined({ type: alertType, text, sinceAt, runId: known?.facts.run?.runId });
}

function deliveriesOf({ deliveries, queues }: IncidentState): readonly AlertDelivery[] {
  const waiting = Object.entries(queues).flatMap(([channel, queue]) =>
    queue.map(
      ({ type, state, queuedMs, notBeforeMs }): AlertDelivery => ({
        channel,
        type,
        state,
        at: queuedMs,
        outcome: notBeforeMs === undefined ? 'waiting' : 'silenced',
      }),
    ),
  );
  const done = deliveries.map(({ id: _, atMs, ...record }): AlertDelivery => ({ ...record, at: atMs }));
  return [...done, ...waiting].sort((a, b) => b.at - a.at).slice(0, MAX_DELIVERIES);
}

function watcherState(
  { name, watchers }: NamespaceData,
  { state, readMs, process, silences }: Watcher,
  status: WatcherStatus | undefined,
  rows: readonly AlertRow[],
  incidents: readonly Incident[],
): WatcherState {
  const { watch } = status ?? {};
  return {
    namespace: name,
    state,
    notices: [
      ...[watchers?.problem(name) ?? []].flat(),
      ...notices(name, state, readMs, status, incidents),
      ...(incidents.some(({ open }) => open === undefined)
        ? [
            'The memos of incidents cannot be decoded: start the console with the --data-converter of the watcher.',
          ]
        : []),
    ],
    ...defined({
      readAt: readMs,
      sinceAt: status && Date.parse(status.since),
      process,
      config: watch?.config,
    }),
    silences: silences.map(({ job, untilMs, reason }) => ({ job, untilAt: untilMs, reason })),
    channels: channelsOf(watch, rows),
    withoutUsual: watch?.withoutUsual ?? [],
    untold: status?.untold ?? [],
  };
}

function notices(
  namespace: string,
  state: Watcher['state'],
  readMs: number | undefined,
  status: WatcherStatus | undefined,
  incidents: readonly Incident[],
): string[] {
  const { watch, refused = [], heartbeat } = status ?? {};
  // The watcher's report is up to some minutes old.
  const isUnmatched = (rule: string) => !incidents.some(({ name }) => name === rule);
  const read =
    readMs === undefined ? 'anything yet' : `runs that closed after ${new Date(readMs).toISOString()}`;
  return [
    ...(state === 'none'
      ? [
          `No watcher runs in namespace ${namespace}: start temporal-job-tracing watch --config <file>, or the console with --alerts <file>.`,
        ]
      : []),
    ...(state === 'blind'
      ? [
          `The watcher of namespace ${namespace} has not read ${read}. Check that its process is running and can connect to Temporal.`,
        ]
      : []),
    ...(watch?.stoppedChannels ?? []).map(
      (channel) =>
        `Channel ${channel} was stopped: its receiver answered 410 Gone. It is used again after the watcher's process restarts or its configuration changes.`,
    ),
    ...(watch?.unmatchedRules ?? []).filter(isUnmatched).map((rule) => `No job matches the rule ${rule}.`),
    ...(watch?.notWatched ?? []).map((each) => `Not watched: ${each}.`),
    ...refused.map(({ signal, why, at }) => `The signal ${signal} of ${at} was refused: ${why}.`),
    ...(heartbeat?.startsWith('none')
      ? [
          'Nothing reports when the watcher itself stops: set heartbeatUrl to the address of a dead man’s switch.',
        ]
      : []),
  ];
}

/** Returns the channels of the configuration, and those of past deliveries. */
function channelsOf(watch: WatcherStatus['watch'], rows: readonly AlertRow[]): AlertChannelState[] {
  const deliveries = rows.flatMap((row) => row.deliveries ?? []).sort((a, b) => b.at - a.at);
  const names = new Set([...(watch?.channels ?? []), ...deliveries.map(({ channel }) => channel)]);
  return [...names].map((name) => {
    const last = deliveries.find(
      ({ channel, outcome }) => channel === name && (outcome === 'delivered' || outcome === 'refused'),
    );
    return { name, isStopped: watch?.stoppedChannels.includes(name) ?? false, ...defined({ last }) };
  });
}

function sinceOf({ open, startedAt }: AlertRow): number {
  return open.length === 0 ? startedAt : Math.min(...open.map((each) => each.sinceAt));
}
