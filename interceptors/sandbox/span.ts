/**
 * A span created inside the sandbox, by the plugin or by user code through `@opentelemetry/api`.
 *
 * Sandbox code: uses nothing of the OpenTelemetry SDK; values from user code are reduced when they are set,
 * and no method throws.
 */
import type { Exception, Link, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { copyAttributes, cut, setAttribute, toText } from '../../core/attribute-limits';
import { BENIGN, type Failure } from '../../core/run-end';
import type { Attributes, EventRecord, LinkRecord, SpanRecord } from '../../core/span-record';
import { formatTraceparent, parseTraceparent, type SpanRef } from '../../core/traceparent';
import { defined } from '../../core/util/defined';
import { isRecord, safely } from '../../core/util/untrusted';

/** Values of the API's `SpanStatusCode`; the API itself is not loaded here. */
export const STATUS = { unset: 0, ok: 1, error: 2 } as const;
/** Most events, and most links, of one span; further ones are dropped and counted. */
const MAX_EVENTS = 128;
const INVALID: SpanRef = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false };
/** Latest time, in milliseconds since the epoch: as nanoseconds it must fit into 64 bits. */
const MAX_TIME_MS = 2 ** 64 / 1_000_000;

/** Called once, when the span ends. */
export type OnEnd = (span: SandboxSpan, record: SpanRecord) => void;

/** Start values of a span; those that are not known may be `undefined`. */
export interface SpanStart extends Pick<SpanRecord, 'name' | 'startMs'> {
  readonly ref: SpanRef;
  readonly kind?: number | undefined;
  readonly parentSpanId?: string | undefined;
  readonly links?: readonly LinkRecord[] | undefined;
  readonly scope?: { readonly name: string; readonly version?: string };
}

/** A mutable record, until its span ends. */
interface Draft extends SpanRecord {
  name: string;
  endMs: number;
  statusCode: number;
  statusMessage?: string | undefined;
  readonly events: EventRecord[];
  readonly links: LinkRecord[];
  droppedAttributes: number;
  droppedEvents: number;
  droppedLinks: number;
  failure?: Failure;
}

export class SandboxSpan implements Span {
  readonly ref: SpanRef;
  readonly #record: Draft;
  /** Callback for the end; `undefined` after the span has ended, when it no longer changes. */
  #onEnd: OnEnd | undefined;

  /** @param onEnd called when the span ends; without it, the span records nothing */
  constructor({ ref, kind = 0, links = [], ...start }: SpanStart, onEnd?: OnEnd) {
    const { sampled: _, ...ids } = ref;
    this.ref = ref;
    this.#record = {
      ...start,
      kind,
      ...ids,
      statusCode: STATUS.unset,
      attributes: {},
      events: [],
      links: [...links],
      endMs: 0,
      droppedAttributes: 0,
      droppedEvents: 0,
      droppedLinks: 0,
    };
    this.#onEnd = onEnd;
  }

  spanContext(): SpanContext {
    const { traceId, spanId, sampled } = this.ref;
    return { traceId, spanId, traceFlags: sampled ? 1 : 0 };
  }

  setAttribute(key: string, value: unknown): this {
    return this.#change((record) => {
      if (!setAttribute(record.attributes, key, () => value)) record.droppedAttributes++;
    });
  }

  setAttributes(attributes: unknown): this {
    return this.#change((record) => {
      record.droppedAttributes += copyAttributes(record.attributes, attributes);
    });
  }

  addEvent(name: string, attributesOrTime?: unknown, time?: TimeInput): this {
    return this.#change((record) => {
      if (record.events.length >= MAX_EVENTS) {
        record.droppedEvents++;
        return;
      }
      const timeGiven = parseTime(attributesOrTime);
      const attributes: Attributes = {};
      if (timeGiven === undefined) copyAttributes(attributes, attributesOrTime);
      record.events.push({ name: toText(name), timeMs: timeGiven ?? toMs(time), attributes });
    });
  }

  addLink(link: Link): this {
    const record = toLinkRecord(link);
    return record ? this.link(record) : this;
  }

  link(record: LinkRecord): this {
    return this.#change((draft) => {
      if (draft.links.length < MAX_EVENTS) draft.links.push(record);
      else draft.droppedLinks++;
    });
  }

  addLinks(links: Link[]): this {
    // If reading the list throws, the links before that are kept.
    return this.#change(() => {
      for (const link of links) this.addLink(link);
    });
  }

  setStatus(status: SpanStatus): this {
    return this.#change((record) => {
      if (record.statusCode === STATUS.ok) return;
      const { code, message } = status;
      record.statusCode = code === STATUS.ok || code === STATUS.error ? code : STATUS.unset;
      record.statusMessage = typeof message === 'string' ? cut(message) : undefined;
    });
  }

  updateName(name: string): this {
    return this.#change((record) => {
      record.name = toText(name);
    });
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const { type, message, stack } = describe(exception);
    const attributes = {
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': stack,
    };
    this.addEvent('exception', attributes, time);
  }

  /** Marks the span as failed with this error. */
  fail(error: unknown): void {
    const { type, message, stack } = describe(error);
    const kind = safely(() => isCancellation(error))
      ? { canceledFailureInfo: {} }
      : { applicationFailureInfo: { type, category: categoryOf(error) } };
    this.failWith({ message, ...kind, ...defined({ stackTrace: stack }) });
  }

  /** Marks the span as failed with a failure from the server, which the host translates for OpenTelemetry. */
  failWith(failure: Failure): void {
    this.#change((record) => {
      record.failure = failure;
    });
  }

  isRecording(): boolean {
    return this.#onEnd !== undefined;
  }

  end(time?: TimeInput): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    if (!onEnd) return;
    safely(() => {
      this.#record.endMs = Math.max(this.#record.startMs, toMs(time));
      onEnd(this, this.#record);
    });
  }

  /**
   * Changes the record of a span that has not ended. Never throws, whatever user code passes or has replaced.
   */
  #change(change: (record: Draft) => void): this {
    if (this.#onEnd) safely(() => change(this.#record));
    return this;
  }
}

/**
 * Returns a non-recording span for a span elsewhere or for the root of a run that is not sampled; invalid
 * without `ref`.
 */
export function foreignSpan(ref: SpanRef = INVALID): Span {
  return new SandboxSpan({ name: '', startMs: 0, ref });
}

/**
 * Returns an API time (epoch milliseconds, `Date`, or `[seconds, nanoseconds]`) in milliseconds since the
 * epoch; the current time for an invalid one. Never throws.
 */
export function toMs(time: unknown): number {
  return parseTime(time) ?? Date.now();
}

function parseTime(time: unknown): number | undefined {
  const ms = Number(safely(() => msOf(time)));
  return ms >= 0 && ms < MAX_TIME_MS ? ms : undefined;
}

function msOf(time: unknown): number | undefined {
  if (typeof time === 'number') return time;
  if (Array.isArray(time)) return time[0] * 1_000 + time[1] / 1_000_000;
  return time instanceof Date ? time.getTime() : undefined;
}

/**
 * Returns the reference in a span context; `undefined` if its ids are invalid. Getters of user code may
 * throw.
 */
export function refOf({ traceId, spanId, traceFlags }: SpanContext): SpanRef | undefined {
  return parseTraceparent(formatTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 }));
}

/** Returns a link as a record; `undefined` if its context is invalid. Never throws. */
export function toLinkRecord(link: Link): LinkRecord | undefined {
  return safely(() => {
    const span = refOf(link.context);
    const attributes: Attributes = {};
    copyAttributes(attributes, link.attributes);
    return span && { span, attributes };
  });
}

/** Returns the error's application category, so that a benign failure stays benign. */
function categoryOf(error: unknown): number {
  return error instanceof ApplicationFailure && error.category === 'BENIGN' ? BENIGN : 0;
}

/** Returns any thrown value as strings. Never throws. */
export function describe(error: unknown): {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
} {
  if (!isRecord(error)) return { type: typeof error, message: toText(error) };
  const texts = safely(() => {
    const { type, name, code, message, stack } = error;
    return defined({
      // `type` is the application's own name for the error (ApplicationFailure); Temporal's default is not
      // one.
      type: toText(type || name || code || 'Error'),
      message: toText(message ?? ''),
      stack: typeof stack === 'string' ? cut(stack) : undefined,
    });
  });
  return texts ?? { type: 'Error', message: '' };
}
