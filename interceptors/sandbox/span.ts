/**
 * A span made inside the sandbox, by the plugin or by user code through `@opentelemetry/api`.
 *
 * Sandbox code: nothing of the OpenTelemetry SDK; what user code gives is reduced when it is set, and no
 * method throws.
 */
import type { Exception, Link, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { copyAttributes, cut, setAttribute, toText } from '../../core/attribute-limits';
import { BENIGN, type Failure } from '../../core/run-end';
import type { Attributes, EventRecord, LinkRecord, SpanRecord } from '../../core/span-record';
import { formatTraceparent, parseTraceparent, type SpanRef } from '../../core/traceparent';
import { defined } from '../../core/util/defined';
import { isRecord, safely } from '../../core/util/untrusted';

/** `SpanStatusCode` of the API, as values: the API itself is not loaded here. */
export const STATUS = { unset: 0, ok: 1, error: 2 } as const;
/** Events, and links, of one span; further ones are dropped and counted. */
const MAX_EVENTS = 128;
const INVALID: SpanRef = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false };
/** Nanoseconds since the epoch must fit 64 bits. */
const MAX_TIME_MS = 2 ** 64 / 1_000_000;

/** Told once, when the span ends. */
export type OnEnd = (span: SandboxSpan, record: SpanRecord) => void;

/** What is not known of a span may be `undefined`. */
export interface SpanStart extends Pick<SpanRecord, 'name' | 'startMs'> {
  readonly ref: SpanRef;
  readonly kind?: number | undefined;
  readonly parentSpanId?: string | undefined;
  readonly links?: readonly LinkRecord[] | undefined;
  readonly scope?: { readonly name: string; readonly version?: string };
}

/** A record that still changes, until its span ends. */
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
  /** `undefined` when the span has ended: nothing changes it then. */
  #onEnd: OnEnd | undefined;

  /** @param onEnd a span without it has ended from the first */
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
    // Of a list that throws, those before it stay.
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

  /** The same of an error as the server tells it: the host puts it into the words of OpenTelemetry. */
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

  /** Changes the record of a span that has not ended. Never throws, whatever user code gives or has replaced. */
  #change(change: (record: Draft) => void): this {
    if (this.#onEnd) safely(() => change(this.#record));
    return this;
  }
}

/** A span that records nothing: somebody else's, or the root of a run that is not sampled; an invalid one without `ref`. */
export function foreignSpan(ref: SpanRef = INVALID): Span {
  return new SandboxSpan({ name: '', startMs: 0, ref });
}

/**
 * Milliseconds since the epoch of an API time (epoch milliseconds, `Date`, or `[seconds, nanoseconds]`); of what
 * is none, or cannot be sent, the time now. Never throws.
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

/** What a span context refers to; `undefined` when its ids are none. Throws what user code's getters throw. */
export function refOf({ traceId, spanId, traceFlags }: SpanContext): SpanRef | undefined {
  return parseTraceparent(formatTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 }));
}

/** A link as a record; `undefined` when it points nowhere. Never throws. */
export function toLinkRecord(link: Link): LinkRecord | undefined {
  return safely(() => {
    const span = refOf(link.context);
    const attributes: Attributes = {};
    copyAttributes(attributes, link.attributes);
    return span && { span, attributes };
  });
}

/** A failure that its author calls benign stays that. */
function categoryOf(error: unknown): number {
  return error instanceof ApplicationFailure && error.category === 'BENIGN' ? BENIGN : 0;
}

/** Anything that can be thrown, as texts. Never throws. */
export function describe(error: unknown): {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
} {
  if (!isRecord(error)) return { type: typeof error, message: toText(error) };
  const texts = safely(() => {
    const { type, name, code, message, stack } = error;
    return defined({
      // `type` is the application's own word for the error (ApplicationFailure); Temporal's default is none.
      type: toText(type || name || code || 'Error'),
      message: toText(message ?? ''),
      stack: typeof stack === 'string' ? cut(stack) : undefined,
    });
  });
  return texts ?? { type: 'Error', message: '' };
}
