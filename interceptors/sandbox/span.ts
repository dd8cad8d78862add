/**
 * A recording span of the sandbox, created by the plugin or by user code through `@opentelemetry/api`.
 *
 * Sandbox code: uses nothing of the OpenTelemetry SDK; values from user code are reduced when they are set,
 * and no method throws.
 */
import type { Exception, Link, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import { copyAttributes, cut, setAttribute, toText } from '../../core/attribute-limits';
import type { Failure } from '../../core/run-end';
import type { Attributes, EventRecord, LinkRecord, SpanRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';
import { safely } from '../../core/util/untrusted';
import { parseTime, STATUS, toLinkRecord, toMs, toSpanContext } from './api-values';
import { describeError, toFailure } from './describe-error';

/** Most events, and most links, of one span; further ones are dropped and counted. */
const MAX_EVENTS = 128;

/** Called once, when the span ends. */
export type OnEnd = (span: RecordingSpan, record: SpanRecord) => void;

/** Start values of a span. */
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

export class RecordingSpan implements Span {
  readonly ref: SpanRef;
  readonly #record: Draft;
  readonly #onEnd: OnEnd;
  /** Whether the span has ended and no longer changes. */
  #hasEnded = false;

  constructor({ ref, kind = 0, links = [], ...start }: SpanStart, onEnd: OnEnd) {
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
    return toSpanContext(this.ref);
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
      const secondTime = parseTime(attributesOrTime);
      const attributes: Attributes = {};
      if (secondTime === undefined) copyAttributes(attributes, attributesOrTime);
      record.events.push({ name: toText(name), timeMs: secondTime ?? toMs(time), attributes });
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
    const { type, message, stack } = describeError(exception);
    const attributes = {
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': stack,
    };
    this.addEvent('exception', attributes, time);
  }

  /** Marks the span as failed with this error. */
  fail(error: unknown): void {
    this.failWith(toFailure(error));
  }

  /** Marks the span as failed with a failure from the server, which the host translates for OpenTelemetry. */
  failWith(failure: Failure): void {
    this.#change((record) => {
      record.failure = failure;
    });
  }

  isRecording(): boolean {
    return !this.#hasEnded;
  }

  end(time?: TimeInput): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    safely(() => {
      this.#record.endMs = Math.max(this.#record.startMs, toMs(time));
      this.#onEnd(this, this.#record);
    });
  }

  /**
   * Changes the record of a span that has not ended. Never throws, whatever user code passes or has replaced.
   */
  #change(change: (record: Draft) => void): this {
    if (!this.#hasEnded) safely(() => change(this.#record));
    return this;
  }
}
