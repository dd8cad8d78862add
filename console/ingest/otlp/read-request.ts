/**
 * Reads an OTLP trace request into spans for the store. Refused spans are counted by reason; missing members
 * get their defaults.
 */
import type { SpanScope, SpanSender } from '../../sources/trace-source';
import type { EventRecord, LinkRecord, SpanRecord } from '../../store/spans/span-record';
import { attributesOf, Budget, membersOf, nameOf } from './attributes';
import { ENCODINGS, type Encoding, type EncodingName } from './encodings';
import { LIMITS } from './limits';

/**
 * Why a span is refused: ids of a wrong length or zero (`ids`), times that are missing or far in the future
 * (`times`), not an object (`form`).
 */
export type Refusal = 'ids' | 'times' | 'form';

export interface ReadRequest {
  readonly spans: readonly SpanRecord[];
  readonly refused: Readonly<Record<Refusal, number>>;
}

const TRACE_ID_LENGTH = 32;
const SPAN_ID_LENGTH = 16;
const ZEROS = /^0*$/;

/** Reads the spans of a request. Throws if the bytes are not a request. */
export function readRequest(bytes: Uint8Array, encodingName: EncodingName, nowMs: number): ReadRequest {
  const encoding = ENCODINGS[encodingName];
  const request = encoding.decode(bytes);
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw new TypeError('expected an object');
  return new RequestReader(encoding, nowMs).read(membersOf(request));
}

class RequestReader {
  private readonly spans: SpanRecord[] = [];
  private readonly refused: Record<Refusal, number> = { ids: 0, times: 0, form: 0 };
  private readonly latestNanos: bigint;

  constructor(
    private readonly encoding: Encoding,
    nowMs: number,
  ) {
    this.latestNanos = BigInt(Math.trunc(nowMs + LIMITS.futureMs)) * 1_000_000n;
  }

  read({ resourceSpans }: Readonly<Record<string, unknown>>): ReadRequest {
    for (const ofResource of listOf('resourceSpans', resourceSpans)) {
      const { resource, scopeSpans } = membersOf(ofResource);
      const sender = this.senderOf(membersOf(resource));
      for (const ofScope of listOf('scopeSpans', scopeSpans)) {
        const { scope, spans } = membersOf(ofScope);
        const spanScope = scopeOf(membersOf(scope));
        for (const span of listOf('spans', spans)) this.take(span, sender, spanScope);
      }
    }
    return { spans: this.spans, refused: this.refused };
  }

  private take(foreign: unknown, sender: SpanSender, scope: SpanScope): void {
    const span = this.spanOf(foreign, sender, scope);
    if (typeof span === 'string') this.refused[span]++;
    else this.spans.push(span);
  }

  private spanOf(foreign: unknown, sender: SpanSender, scope: SpanScope): SpanRecord | Refusal {
    if (typeof foreign !== 'object' || foreign === null) return 'form';
    const span = membersOf(foreign);
    const traceId = this.idOf(span.traceId, TRACE_ID_LENGTH);
    const spanId = this.idOf(span.spanId, SPAN_ID_LENGTH);
    const parentSpanId = this.parentIdOf(span.parentSpanId);
    if (traceId === undefined || spanId === undefined || parentSpanId === undefined) return 'ids';
    const startNanos = this.encoding.unsigned(span.startTimeUnixNano);
    const endNanos = this.encoding.unsigned(span.endTimeUnixNano);
    if (!this.isTime(startNanos) || !this.isTime(endNanos)) return 'times';
    const budget = new Budget();
    const { code, message } = membersOf(span.status);
    return {
      traceId,
      spanId,
      parentSpanId,
      name: nameOf(span.name),
      kind: smallNumber(span.kind, 5),
      startNanos,
      endNanos,
      sender,
      scope,
      attributes: attributesOf(span.attributes, this.encoding, budget),
      status: smallNumber(code, 2),
      statusMessage: typeof message === 'string' ? budget.text(message) : '',
      events: this.eventsOf(span.events, startNanos, budget),
      links: this.linksOf(span.links, budget),
      traceState: nameOf(span.traceState),
      flags: smallNumber(span.flags, 0xffffffff),
      dropped:
        smallNumber(span.droppedAttributesCount, 0xffffffff) +
        smallNumber(span.droppedEventsCount, 0xffffffff) +
        smallNumber(span.droppedLinksCount, 0xffffffff) +
        budget.dropped,
    };
  }

  private senderOf({ attributes }: Readonly<Record<string, unknown>>): SpanSender {
    const resource = attributesOf(attributes, this.encoding, new Budget(), LIMITS.resourceItems);
    const name = resource.find(([key]) => key === 'service.name')?.[1];
    return { service: (typeof name === 'string' && nameOf(name)) || 'unknown_service', resource };
  }

  private eventsOf(foreign: unknown, startNanos: bigint, budget: Budget): EventRecord[] {
    return budget.items(foreign).map((item) => {
      const event = membersOf(item);
      const nanos = this.encoding.unsigned(event.timeUnixNano);
      return {
        name: nameOf(event.name),
        nanos: this.isTime(nanos) ? nanos : startNanos,
        attributes: attributesOf(event.attributes, this.encoding, budget),
      };
    });
  }

  private linksOf(foreign: unknown, budget: Budget): LinkRecord[] {
    return budget.items(foreign).flatMap((item) => {
      const link = membersOf(item);
      const traceId = this.idOf(link.traceId, TRACE_ID_LENGTH);
      const spanId = this.idOf(link.spanId, SPAN_ID_LENGTH);
      if (traceId !== undefined && spanId !== undefined)
        return [{ traceId, spanId, attributes: attributesOf(link.attributes, this.encoding, budget) }];
      budget.dropped++;
      return [];
    });
  }

  private idOf(foreign: unknown, length: number): string | undefined {
    const id = this.encoding.id(foreign);
    return id?.length === length && !ZEROS.test(id) ? id : undefined;
  }

  /** Returns the parent's span id, empty if there is none; `undefined` if it is invalid. */
  private parentIdOf(foreign: unknown): string | undefined {
    if (foreign === undefined || foreign === null) return '';
    const id = this.encoding.id(foreign);
    if (id === '' || (id?.length === SPAN_ID_LENGTH && ZEROS.test(id))) return '';
    return id?.length === SPAN_ID_LENGTH ? id : undefined;
  }

  private isTime(nanos: bigint | undefined): nanos is bigint {
    return nanos !== undefined && nanos > 0n && nanos <= this.latestNanos;
  }
}

/** Returns the list; throws for anything else, since its spans would be lost without a trace. */
function listOf(name: string, foreign: unknown): readonly unknown[] {
  if (foreign === undefined || foreign === null) return [];
  if (Array.isArray(foreign)) return foreign;
  throw new TypeError(`${name}: expected a list, got ${typeof foreign}`);
}

function scopeOf({ name, version }: Readonly<Record<string, unknown>>): SpanScope {
  const scopeVersion = nameOf(version);
  return { name: nameOf(name), ...(scopeVersion !== '' && { version: scopeVersion }) };
}

function smallNumber(foreign: unknown, max: number): number {
  return Number.isInteger(foreign) && (foreign as number) >= 0 && (foreign as number) <= max
    ? (foreign as number)
    : 0;
}
