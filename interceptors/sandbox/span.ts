/**
 * A span made inside the sandbox, by the plugin or by user code through `@opentelemetry/api`.
 *
 * Sandbox code: nothing of the OpenTelemetry SDK; what user code gives is reduced when it is set, and no
 * method throws.
 */
import type { Exception, Link, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import { copyAttributes, cut, setAttribute, toText } from '../shared/attribute-limits';
import type { Attributes, EventRecord, LinkRecord, SpanRecord } from '../shared/span-record';
import { formatTraceparent, parseTraceparent, type SpanRef } from '../shared/traceparent';

/** `SpanStatusCode` of the API, as values: the API itself is not loaded here. */
export const STATUS = Object.freeze({ unset: 0, ok: 1, error: 2 });
/** Events, and links, of one span; further ones are dropped. */
const MAX_EVENTS = 128;
/** Nanoseconds since the epoch must fit 64 bits. */
const MAX_TIME_MS = 2 ** 64 / 1_000_000;

export interface SpanStart {
  readonly name: string;
  readonly ref: SpanRef;
  readonly kind?: number;
  readonly parentSpanId?: string;
  readonly parentIsRemote?: boolean;
  readonly startMs: number;
  readonly links?: readonly LinkRecord[];
  /** Ours: they are not reduced. */
  readonly attributes?: Attributes;
  readonly scope?: { readonly name: string; readonly version?: string };
}

export class SandboxSpan implements Span {
  readonly #start: SpanStart;
  readonly #onEnd: (span: SandboxSpan, record: SpanRecord) => void;
  readonly #attributes: Attributes;
  readonly #events: EventRecord[] = [];
  readonly #links: LinkRecord[];
  #name: string;
  #statusCode: number = STATUS.unset;
  #statusMessage: string | undefined;
  #dropped = 0;
  #ended = false;

  constructor(start: SpanStart, onEnd: (span: SandboxSpan, record: SpanRecord) => void) {
    this.#start = start;
    this.#name = start.name;
    this.#attributes = { ...start.attributes };
    this.#links = start.links ? [...start.links] : [];
    this.#onEnd = onEnd;
  }

  get ref(): SpanRef {
    return this.#start.ref;
  }

  spanContext(): SpanContext {
    const { traceId, spanId, sampled } = this.#start.ref;
    return { traceId, spanId, traceFlags: sampled ? 1 : 0 };
  }

  setAttribute(key: string, value: unknown): this {
    if (!this.#ended && !setAttribute(this.#attributes, key, () => value)) this.#dropped++;
    return this;
  }

  setAttributes(attributes: unknown): this {
    if (!this.#ended) this.#dropped += copyAttributes(this.#attributes, attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: unknown, time?: TimeInput): this {
    if (this.#ended || this.#events.length >= MAX_EVENTS) return this;
    const timeGiven = parseTime(attributesOrTime);
    const attributes: Attributes = {};
    if (timeGiven === undefined) copyAttributes(attributes, attributesOrTime);
    this.#events.push({ name: toText(name), timeMs: timeGiven ?? toMs(time), attributes });
    return this;
  }

  addLink(link: Link): this {
    const record = toLinkRecord(link);
    return record ? this.link(record) : this;
  }

  link(record: LinkRecord): this {
    if (!this.#ended && this.#links.length < MAX_EVENTS) this.#links.push(record);
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      for (const link of links) this.addLink(link);
    } catch {
      // No list, or one that throws: those before it stay.
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#ended || this.#statusCode === STATUS.ok) return this;
    try {
      const { code, message } = status;
      this.#statusCode = code === STATUS.ok || code === STATUS.error ? code : STATUS.unset;
      this.#statusMessage = typeof message === 'string' ? cut(message) : undefined;
    } catch {
      // No status, or a getter that throws: as it was.
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#ended) this.#name = toText(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.addEvent('exception', exceptionAttributes(exception), time);
  }

  /** Marks the span as failed with this error, in the words of OpenTelemetry's conventions. */
  fail(error: unknown): void {
    const attributes = exceptionAttributes(error);
    this.setAttribute('error.type', attributes['exception.type']);
    this.setStatus({ code: STATUS.error, message: toText(attributes['exception.message']) });
    this.addEvent('exception', attributes);
  }

  isRecording(): boolean {
    return !this.#ended;
  }

  end(time?: TimeInput): void {
    if (this.#ended) return;
    this.#ended = true;
    const { ref, kind, parentSpanId, parentIsRemote, startMs, scope } = this.#start;
    this.#onEnd(this, {
      name: this.#name,
      kind: kind ?? 0,
      traceId: ref.traceId,
      spanId: ref.spanId,
      ...(ref.traceState !== undefined && { traceState: ref.traceState }),
      ...(parentSpanId !== undefined && { parentSpanId }),
      ...(parentIsRemote && { parentIsRemote }),
      startMs,
      endMs: Math.max(startMs, toMs(time)),
      statusCode: this.#statusCode,
      ...(this.#statusMessage !== undefined && { statusMessage: this.#statusMessage }),
      attributes: this.#attributes,
      events: this.#events,
      links: this.#links,
      droppedAttributes: this.#dropped,
      ...(scope && { scope }),
    });
  }
}

/**
 * Milliseconds since the epoch of an API time (epoch milliseconds, `Date`, or `[seconds, nanoseconds]`); of what
 * is none, or cannot be sent, the time now. Never throws.
 */
export function toMs(time: unknown): number {
  return parseTime(time) ?? Date.now();
}

function parseTime(time: unknown): number | undefined {
  try {
    const ms = msOf(time);
    return ms >= 0 && ms < MAX_TIME_MS ? ms : undefined;
  } catch {
    return undefined;
  }
}

function msOf(time: unknown): number {
  if (typeof time === 'number') return time;
  if (Array.isArray(time)) return time[0] * 1_000 + time[1] / 1_000_000;
  return time instanceof Date ? time.getTime() : Number.NaN;
}

/** What a span context of user code's refers to; `undefined` when its ids are none. Never throws. */
export function refOf(context: SpanContext | undefined): SpanRef | undefined {
  try {
    if (context === undefined) return undefined;
    const { traceId, spanId, traceFlags } = context;
    return parseTraceparent(formatTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 }));
  } catch {
    return undefined;
  }
}

/** A link as a record; `undefined` when it points nowhere. Never throws. */
export function toLinkRecord(link: Link | undefined): LinkRecord | undefined {
  try {
    const span = refOf(link?.context);
    if (span === undefined) return undefined;
    const attributes: Attributes = {};
    copyAttributes(attributes, link?.attributes);
    return { span, attributes };
  } catch {
    return undefined;
  }
}

/** `exception.*` of anything that can be thrown. Never throws. */
function exceptionAttributes(error: unknown): Record<string, unknown> {
  try {
    if (typeof error !== 'object' || error === null)
      return { 'exception.type': typeof error, 'exception.message': toText(error) };
    const { type, name, code, message, stack } = error as Record<string, unknown>;
    // `type` is the application's own word for the error (ApplicationFailure); Temporal's default is none.
    return {
      'exception.type': toText(type || name || code || 'Error'),
      'exception.message': toText(message ?? ''),
      ...(typeof stack === 'string' && { 'exception.stacktrace': stack }),
    };
  } catch {
    return { 'exception.type': 'Error', 'exception.message': '' };
  }
}
