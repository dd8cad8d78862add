/**
 * The state of the console itself: for the banner, and for a line at the foot of each page.
 */
import type { Problem } from './problem';

/** A namespace that the console watches. */
export interface NamespaceStatus {
  readonly name: string;
  /** Whether Temporal answers: in time, by refusals for too many calls, or not at all. */
  readonly temporal: 'ok' | 'busy' | 'away' | 'connecting';
  /** When Temporal last answered. */
  readonly answeredAt?: number;
  /** Runs that go on, as the poller last saw them; at most 1,000 are watched. */
  readonly openRuns: number;
  /** Jobs and task queues with open alerts, as they were seen last; they are looked for while a page is open. */
  readonly openAlerts: number;
  /** Whether more runs go on than are watched. */
  readonly isOpenRunsCut: boolean;
  /** How far back closed runs are known; left out until the first fill has begun. */
  readonly closedSinceAt?: number;
}

/** What the console takes and keeps of spans. */
export interface TracesStatus {
  /** Where spans come from. */
  readonly source: 'embedded' | 'none';
  /** Spans taken since the start. */
  readonly taken: number;
  /** Spans refused since the start, for any reason; they are lost. */
  readonly refused: number;
  /** Why spans were refused, one sentence each, with the number. */
  readonly refusals: readonly string[];
  /** Bytes on disk, and the most that there may be. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Start of the oldest spans that are kept; left out while there are none. */
  readonly oldestAt?: number;
}

/** The console's state. */
export interface ConsoleStatus {
  /** Version of the package. */
  readonly version: string;
  /** The server's clock: pages take the difference to their own. */
  readonly at: number;
  /** In the order in which they were given. */
  readonly namespaces: readonly NamespaceStatus[];
  readonly traces: TracesStatus;
  /** Address of Temporal's Web UI without a trailing slash, if it is known. */
  readonly webUi?: string;
  /** Whether a session is needed; then the page shows a way to log out (`POST /logout`). */
  readonly hasLogin: boolean;
  readonly problems: readonly Problem[];
}
