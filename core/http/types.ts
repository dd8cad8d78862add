/**
 * The inputs and results of HTTP calls. They are plain JSON in workflow histories, so they must never contain
 * a secret.
 */
import type { DurationText } from '../util/duration';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Header value that the worker fetches from its provider of secrets; the history contains only the name. */
export interface SecretHeader {
  /** Name of the secret. */
  readonly secret: string;
  /** String in front of the secret, such as `'Bearer '`. @default '' */
  readonly prefix?: string;
}

/** Conditions under which an answer is a success; all that are present must hold. */
export interface SuccessRule {
  /** Status codes and classes of status codes, as in `[200, '3xx']`. @default ['2xx'] */
  readonly status?: readonly (number | string)[];
  /** Expected value at a path of the JSON body, as in `{ path: '$.jobs[0].state', equals: 'done' }`. */
  readonly json?: { readonly path: string; readonly equals: string | number | boolean | null };
  /** Expected text of the body, ignoring leading and trailing white space. */
  readonly text?: string;
}

/** Input of the activity `httpRequest`: one HTTP call of a service. */
export interface HttpRequest {
  /** HTTP method: a registered one in upper case, except `CONNECT`. @default 'GET' */
  readonly method?: string;
  /** URL to call: `http:` or `https:`, without user name and password. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | SecretHeader>>;
  /** Body of the request: a string is sent unchanged, any other value as JSON. @default none */
  readonly body?: Json;
  /** How long one request may take, including its answer's body. @default '1 minute' */
  readonly timeout?: DurationText;
  readonly success?: SuccessRule;
  /** Bytes of the answer's body to keep, 0 to 1,048,576; the rest is read and dropped. @default 65536 */
  readonly keepBytes?: number;
  /** Lane of a gray (canary) release, sent to the service. @default none */
  readonly lane?: string;
  /** Whether the call is part of a load test, sent to the service; `loadtest` in JSON. @default that of the run */
  readonly loadTest?: boolean;
  /**
   * Whether the service reports later after answering 202; the activity stays open until then.
   *
   * @default false
   */
  readonly reportsLater?: boolean;
}

/** Retry policy of an HTTP call. */
export interface HttpRetryPolicy {
  /** Most attempts, 1 to 1000. @default 3 */
  readonly maximumAttempts?: number;
  /** Interval before the first retry. @default '1 second' */
  readonly initialInterval?: DurationText;
  /** Factor by which the interval grows with each retry. @default 2 */
  readonly backoffCoefficient?: number;
  /** Longest interval between two attempts. @default 100 × `initialInterval` */
  readonly maximumInterval?: DurationText;
}

/** The lane of a gray (canary) release: its name, its share of the runs, and the URL that they call. */
export interface LaneRoute {
  readonly name: string;
  /** Share of the runs in the lane, from 0 to 1. @default 1 */
  readonly share?: number;
  /** URL that runs in the lane call. @default the request's `url` */
  readonly url?: string;
}

/** Time limits for a service that answers 202 and reports later. */
export interface LateReport {
  /** How long the service may take from the request to the report. */
  readonly timeout: DurationText;
  /** Longest time between two reports of progress. @default no limit */
  readonly heartbeatTimeout?: DurationText;
}

/** Input of the workflow `httpJob`. */
export interface HttpJobInput extends Omit<HttpRequest, 'lane' | 'reportsLater'> {
  readonly retry?: HttpRetryPolicy;
  /** Lane of a gray (canary) release; a string puts every run in it. @default none */
  readonly lane?: string | LaneRoute;
  /** Time limits for a late report; if present, the service may answer 202 and report later. @default none */
  readonly callback?: LateReport;
}

/** Answer of a service to an HTTP call. */
export interface HttpResponse {
  readonly status: number;
  /** Value of the answer's header `content-type`; left out if it has none. */
  readonly contentType?: string;
  /** Body of the answer as text, cut to the bytes that are kept. */
  readonly body: string;
  /** Whether the body was longer than the bytes that are kept. */
  readonly truncated: boolean;
  /** Whether the body is the service's late report after an answer 202. */
  readonly reported: boolean;
}
