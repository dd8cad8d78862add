/**
 * The JSON API of the console, for its own pages. Types only, so the pages' bundle contains none of it.
 *
 * All requests are `GET`, from the same origin, and change nothing. Rules for all of them:
 * - a time (`…At`) is milliseconds since 1970, a duration (`…Ms`) milliseconds; both may have fractions;
 * - `?namespace=` names one namespace; without it, lists are about all namespaces of the console, and an id is looked
 *   up in each of them;
 * - a member that is not known is left out, never `null`;
 * - texts come from users' systems: show them as text, never as HTML;
 * - the body of a response other than 200 is an {@link ApiError};
 * - `problems` says what could not be read: show each as a line above the rest.
 *
 * | path | response |
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
 * | `/api/events?namespace=&run=` | server-sent events, {@link LiveEvents}; `run` is the run that the page shows, which is then read at each poll |
 *
 * `:job` and `:row` are percent-encoded. After a response 401 the page goes to `/login?to=<path and search>`, which the
 * server renders. All other paths that do not begin with `/api/`, `/v1/` or `/assets/` return `index.html`, which the
 * build writes with its script and style sheet into `dist/console/page/assets/`.
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
