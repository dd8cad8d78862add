/**
 * The JSON API of the console, as its pages use it. Types only: the page's bundle holds nothing of it.
 *
 * All of it is read-only (`GET`), same origin, JSON. Rules that hold everywhere:
 * - a time (`…At`) is milliseconds since 1970, a duration (`…Ms`) milliseconds; both may have fractions;
 * - `?namespace=` names one namespace; without it lists hold those of all namespaces that the console watches, and an
 *   id is looked for in each of them;
 * - a member that is not known is left out, never `null`;
 * - texts come from users' systems: show them as text, never as HTML;
 * - an answer other than 200 has the body {@link ApiError};
 * - what could not be read although the rest could is in `problems`: show each as a line of the banner.
 *
 * | path | answer |
 * |---|---|
 * | `/api/status` | {@link ConsoleStatus} |
 * | `/api/jobs?namespace=` | {@link JobList} |
 * | `/api/jobs/:job?namespace=&result=&trigger=&minMs=&maxMs=&q=&cursor=` | {@link JobPage}; `result` and `trigger` may be repeated |
 * | `/api/runs/:runId?namespace=` | {@link RunPage} |
 * | `/api/runs/:runId/rows/:row?namespace=` | {@link RowDetails} of a {@link TimelineRow} of the run |
 * | `/api/traces/:traceId?namespace=` | {@link TracePage} |
 * | `/api/traces/:traceId/rows/:row` | {@link RowDetails} of a row of the trace |
 * | `/api/traces/:traceId.json` | the trace as OTLP JSON, `{ resourceSpans }` |
 * | `/api/alerts?namespace=` | {@link AlertsPage} |
 * | `/api/events?namespace=&run=` | server-sent events, {@link LiveEvents}; `run` is the run that the page shows: its changes are looked for |
 *
 * `:job` and `:row` are percent-encoded. The build puts `index.html` and its files (script, style sheet `page.css`) into
 * `dist/console/page/assets/`: every path that begins with neither `/api/`, `/v1/`, `/assets/` nor `/healthz` answers
 * with `index.html`, `/assets/<name>` with the file. `/login` is the server's
 * own page: an answer 401 means that the page must go there (`/login?to=<path and search>`).
 */
export type {
  AlertChannelState,
  AlertDelivery,
  AlertRow,
  AlertsPage,
  OpenAlert,
  WatcherState,
} from './types/alerts';
export type { ConsoleStatus, NamespaceStatus, TracesStatus } from './types/console-status';
export type {
  JobFilter,
  JobKind,
  JobList,
  JobPage,
  JobRow,
  RunBar,
  RunRow,
  RunState,
  Sampling,
} from './types/jobs';
export type { LiveEvents, RunsChanged, TracesChanged } from './types/live';
export type { ApiError, Problem } from './types/problem';
export type {
  FailedShard,
  RunError,
  RunLink,
  RunLinks,
  RunPage,
  RunProperty,
  RunShards,
  WaitReason,
} from './types/run';
export type { PathRow, Sentence, SentencePart, SentenceState } from './types/sentence';
export type {
  BarPart,
  BarState,
  Fold,
  Mark,
  RowDetails,
  RowGroup,
  RowKind,
  RowSpan,
  Stretch,
  Timeline,
  TimelineRow,
} from './types/timeline';
export type { TracePage } from './types/trace';
