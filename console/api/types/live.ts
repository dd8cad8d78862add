/**
 * Server-sent events: they carry ids only, and a page reads again what it shows. A comment line is sent every
 * 15 seconds. Open the stream only while the tab is visible, and read the page again when it is opened anew.
 */

/** Runs that started, changed or ended. */
export interface RunsChanged {
  readonly namespace: string;
  /** Names of their jobs, each once. */
  readonly jobs: readonly string[];
  readonly runIds: readonly string[];
}

/** Traces to which spans were added. */
export interface TracesChanged {
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
}

/** Names of the events, and the JSON of their `data`. */
export interface LiveEvents {
  readonly runs: RunsChanged;
  readonly traces: TracesChanged;
  /** Other alerts are open than before, or the console's own watcher has another state; no data. */
  readonly alerts: Record<string, never>;
  /** `/api/status` has changed; no data. */
  readonly status: Record<string, never>;
}
