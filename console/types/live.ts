/**
 * Server-sent events of `/api/events`. They carry ids only; a page reads the data that it shows again. A
 * comment line is sent every 15 seconds. Open the stream only while the tab is visible, and read the page
 * again after reopening it.
 */

/** Runs that started, changed or ended. */
export interface RunsChanged {
  readonly namespace: string;
  /** Names of the runs' jobs, each once. */
  readonly jobs: readonly string[];
  readonly runIds: readonly string[];
}

/** Traces to which spans were added. */
export interface TracesChanged {
  /** Trace IDs, 32 lower-case hex digits each. */
  readonly traceIds: readonly string[];
}

/** Data of the events by name, as JSON. */
export interface LiveEvents {
  readonly runs: RunsChanged;
  readonly traces: TracesChanged;
  /** The open alerts, or the state of the console's own watcher, have changed; no data. */
  readonly alerts: Record<string, never>;
  /** `/api/status` has changed; no data. */
  readonly status: Record<string, never>;
}
