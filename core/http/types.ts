/**
 * What users write to have a service called, and what they get back. JSON through and through: it is workflow
 * input, so nothing secret may ever be in it.
 */
import type { DurationText } from '../util/duration';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A header's value that the worker fetches from its provider of secrets; the history has the name alone. */
export interface SecretHeader {
  /** Name of the secret. */
  readonly secret: string;
  /** What stands before it, as in `'Bearer '`. @default '' */
  readonly prefix?: string;
}

/** What makes an answer a success; everything that is named must hold. */
export interface SuccessRule {
  /** Status codes and classes of them, as in `[200, '3xx']`. @default ['2xx'] */
  readonly status?: readonly (number | string)[];
  /** The value that the JSON body has at a path, as in `{ path: '$.jobs[0].state', equals: 'done' }`. */
  readonly json?: { readonly path: string; readonly equals: string | number | boolean | null };
  /** The exact text of the body, white space around it aside. */
  readonly text?: string;
}

/** A call of a service: the input of the activity `httpRequest`. */
export interface HttpRequest {
  /** A registered method in upper case, except `CONNECT`. @default 'GET' */
  readonly method?: string;
  /** `http:` or `https:`, without user name and password. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | SecretHeader>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: Json;
  /** How long one request may take, its answer's body included. @default '1 minute' */
  readonly timeout?: DurationText;
  readonly success?: SuccessRule;
  /** Bytes of the answer's body that are kept, 0 to 1,048,576; the rest is read and dropped. @default 65536 */
  readonly keepBytes?: number;
  /** Lane of a gray release, told to the service. */
  readonly lane?: string;
  /** Whether this is a load test, told to the service. @default false */
  readonly loadtest?: boolean;
  /** Whether an answer 202 means that the service reports later: the activity then stays open. @default false */
  readonly reportsLater?: boolean;
}

/** When a call that failed is tried again. */
export interface HttpRetry {
  /** Requests in all, 1 to 1000. @default 3 */
  readonly maximumAttempts?: number;
  /** @default '1 second' */
  readonly initialInterval?: DurationText;
  /** @default 2 */
  readonly backoffCoefficient?: number;
  /** @default 100 × `initialInterval` */
  readonly maximumInterval?: DurationText;
}

/** A gray release: which runs go there, and where that is. */
export interface LaneRoute {
  readonly name: string;
  /** Share of the runs, 0 to 1. @default 1 */
  readonly share?: number;
  /** Called instead of `url` by runs in the lane. @default the same url */
  readonly url?: string;
}

/** How long the service may take to report after it has answered 202. */
export interface LateReport {
  /** From the request to the report. */
  readonly timeout: DurationText;
  /** The longest time without a sign of progress. @default none is expected */
  readonly heartbeatTimeout?: DurationText;
}

/** Input of the workflow `httpJob`. */
export interface HttpJobInput extends Omit<HttpRequest, 'lane' | 'reportsLater'> {
  readonly retry?: HttpRetry;
  /** A name puts every run in that lane. */
  readonly lane?: string | LaneRoute;
  /** The service may answer 202 and report later. */
  readonly callback?: LateReport;
}

/** How a service answered. */
export interface HttpAnswer {
  readonly status: number;
  /** The header `content-type`. */
  readonly contentType?: string;
  /** As text, as much of it as is kept. */
  readonly body: string;
  /** Whether the body was longer than what is kept. */
  readonly truncated: boolean;
  /** Whether the body is what the service reported after it had answered 202. */
  readonly reported: boolean;
}
