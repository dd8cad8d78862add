/**
 * Counts accepted and refused spans since the start, so that no loss goes unnoticed.
 */
import type { Refusal } from './otlp/read-request';

/** Why a request was refused completely. */
export type RequestRefusal =
  | 'malformed'
  | 'compression'
  | 'too-large'
  | 'media-type'
  | 'browser'
  | 'host'
  | 'token'
  | 'busy'
  | 'full'
  | 'failed';

const SPAN_TEXTS: Readonly<Record<Refusal, string>> = {
  ids: 'ids of a wrong length, or zero',
  times: 'times that are missing, or more than a day in the future',
  form: 'not spans',
};

const REQUEST_TEXTS: Readonly<Record<RequestRefusal, string>> = {
  malformed: 'could not be decoded',
  compression: 'unsupported or broken compression; expected gzip or none',
  'too-large': 'more than 16 MB after decompression',
  'media-type': 'neither application/x-protobuf nor application/json',
  browser: 'sent by a web page in a browser',
  host: 'sent to a host name that is not allowed; see --allowed-host',
  token: 'without the token of this console; set OTEL_EXPORTER_OTLP_HEADERS at the senders',
  busy: 'arrived faster than they could be written; senders retry',
  full: 'the disk is full; senders retry',
  failed: 'could not be written; senders retry',
};

export interface IngestStatus {
  /** Number of stored spans since the start. */
  readonly taken: number;
  /** Number of refused spans, as far as they could be counted. */
  readonly refused: number;
  /** Number of requests that were refused completely. */
  readonly refusedRequests: number;
  /** Reasons for refusals, one sentence each, with the number. */
  readonly refusals: readonly string[];
}

export class Counters {
  private taken = 0;
  private readonly spans = new Map<Refusal, number>();
  private readonly requests = new Map<RequestRefusal, number>();

  take(accepted: number, refused: Readonly<Record<Refusal, number>>): void {
    this.taken += accepted;
    for (const [reason, count] of Object.entries(refused) as [Refusal, number][])
      if (count > 0) this.spans.set(reason, (this.spans.get(reason) ?? 0) + count);
  }

  refuse(reason: RequestRefusal): void {
    this.requests.set(reason, (this.requests.get(reason) ?? 0) + 1);
  }

  status(): IngestStatus {
    return {
      taken: this.taken,
      refused: sum(this.spans),
      refusedRequests: sum(this.requests),
      refusals: [
        ...[...this.spans].map(([reason, count]) => `${counted(count, 'span')}: ${SPAN_TEXTS[reason]}`),
        ...[...this.requests].map(
          ([reason, count]) => `${counted(count, 'request')}: ${REQUEST_TEXTS[reason]}`,
        ),
      ],
    };
  }
}

function sum(counts: ReadonlyMap<unknown, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
