/**
 * JSON of `/api/status`: the state of the console, for the banner and the foot of each page. Times are
 * milliseconds since 1970.
 */
import type { Problem } from './problem';

/** A namespace that the console watches. */
export interface NamespaceStatus {
  readonly name: string;
  /**
   * Whether Temporal answers: `busy` if it refuses calls because of rate limits, `away` if it does not
   * answer.
   */
  readonly temporal: 'ok' | 'busy' | 'away' | 'connecting';
  /** Time of Temporal's last answer. */
  readonly answeredAt?: number;
  /** Number of known open runs. */
  readonly openRuns: number;
  /** Number of jobs and task queues with open alerts, as last read; they are read while a page is open. */
  readonly openAlerts: number;
  /** Whether there are more open runs than are polled. */
  readonly isOpenRunsCut: boolean;
  /** Close time since which all closed runs have been read; left out until the first fill has ended. */
  readonly closedSinceAt?: number;
}

/** Received and stored spans. */
export interface TracesStatus {
  /** Source of the spans. */
  readonly source: 'embedded' | 'none';
  /** Number of spans accepted since the start. */
  readonly taken: number;
  /** Number of single spans refused since the start; they are lost. */
  readonly refused: number;
  /** Number of requests refused completely since the start. */
  readonly refusedRequests: number;
  /** Reasons for refusals, one sentence each, with the number. */
  readonly refusals: readonly string[];
  /** Size on disk, in bytes. */
  readonly bytes: number;
  /** Size limit, in bytes. */
  readonly maxBytes: number;
  /** Start of the oldest stored spans; left out if there are none. */
  readonly oldestAt?: number;
}

/** Response of `/api/status`. */
export interface ConsoleStatus {
  /** Version of the package. */
  readonly version: string;
  /** The server's time, from which pages compute the difference to their own clock. */
  readonly at: number;
  /** Namespaces in the order of the command line. */
  readonly namespaces: readonly NamespaceStatus[];
  readonly traces: TracesStatus;
  /** Address of the Temporal Web UI without a trailing slash; left out if it is not known. */
  readonly webUi?: string;
  /** Whether a session is needed; then the page offers to log out (`POST /logout`). */
  readonly hasLogin: boolean;
  readonly problems: readonly Problem[];
}
