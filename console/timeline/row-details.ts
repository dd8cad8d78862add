/**
 * The details of a row. Pure.
 */

import { defined } from '../../core/util/defined';
import type { Attribute, AttributeValue, Trace, TraceSpan } from '../sources/index';
import type { RowDetails, RowSpan } from '../types';
import { durationText } from './durations';
import { failureType, rootCause } from './history-event';
import type { Item } from './item';
import { isListValue, textAttribute } from './span';

/** Maximum length of a value in characters; a longer one is cut, with a note. */
const MAX_VALUE = 20_000;
/** Maximum number of entries of a list. */
const MAX_ENTRIES = 500;

type Pair = readonly [name: string, value: string];

/** Returns the details of the row of `item`, with its span if the trace has it. */
export function rowDetails(item: Item, trace: Trace | undefined): RowDetails {
  const span = trace?.spans.find(({ spanId }) => spanId === item.detailSpanId);
  const error = errorOf(item, span);
  return {
    id: item.id,
    properties: propertiesOf(item),
    ...defined({ error, span: span && trace && rowSpan(trace.traceId, span) }),
  };
}

function propertiesOf(item: Item): Pair[] {
  const properties: Pair[] = [
    ['started', new Date(item.startMs).toISOString()],
    [item.isOpen ? 'running for' : 'took', durationText(item.endMs - item.startMs)],
    ...item.parts.map(
      ({ state, startMs, endMs, text }): Pair => [
        state,
        [durationText(endMs - startMs), text].filter(Boolean).join(', '),
      ],
    ),
    ...item.notes.filter(Boolean).map((note): Pair => ['note', note]),
  ];
  if (item.runId !== undefined) properties.push(['run id', item.runId]);
  return properties.slice(0, MAX_ENTRIES);
}

function errorOf({ failure, hasError, errorLine }: Item, span: TraceSpan | undefined): RowDetails['error'] {
  if (failure) {
    const cause = rootCause(failure);
    const stack = cause.stackTrace;
    return {
      type: failureType(cause),
      message: cut(cause.message ?? ''),
      ...(stack && { stack: cut(stack) }),
    };
  }
  const exception = span?.events.find(({ name }) => name === 'exception')?.attributes;
  if (!hasError && !exception) return undefined;
  const stack = exception && textAttribute(exception, 'exception.stacktrace');
  const message = (exception && textAttribute(exception, 'exception.message')) ?? span?.statusMessage;
  return {
    type: (exception && textAttribute(exception, 'exception.type')) ?? 'Error',
    message: cut(message ?? errorLine ?? ''),
    ...defined({ stack: stack && cut(stack) }),
  };
}

function rowSpan(traceId: string, span: TraceSpan): RowSpan {
  const { spanId, parentSpanId, kind, sender, scope, status, statusMessage, dropped, received } = span;
  return {
    traceId,
    spanId,
    ...defined({ parentSpanId }),
    kind,
    service: sender.service,
    scope: [scope.name, scope.version].filter(Boolean).join(' '),
    status,
    ...defined({ statusMessage: statusMessage && cut(statusMessage) }),
    attributes: pairs(span.attributes),
    resource: pairs(sender.resource),
    events: span.events.slice(0, MAX_ENTRIES).map(({ name, at, attributes }) => ({
      atMs: at,
      name,
      attributes: pairs(attributes),
    })),
    links: span.links.slice(0, MAX_ENTRIES).map(({ attributes, ...link }) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      text: [textAttribute(attributes, 'job.link'), textAttribute(attributes, 'job.shard.label')]
        .filter(Boolean)
        .join(' '),
    })),
    dropped,
    received,
  };
}

function pairs(attributes: readonly Attribute[]): Pair[] {
  return attributes.slice(0, MAX_ENTRIES).map(([name, value]) => [name, cut(valueText(value))]);
}

/** Formats a value; a list or a map as JSON. */
function valueText(value: AttributeValue): string {
  if (value === null) return '';
  if (typeof value === 'object') {
    if ('int' in value) return value.int;
    if ('double' in value) return String(value.double);
    if ('bytes' in value) return value.bytes;
    return JSON.stringify(plain(value));
  }
  return String(value);
}

function plain(value: AttributeValue): unknown {
  if (isListValue(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  if ('map' in value) return Object.fromEntries(value.map.map(([name, each]) => [name, plain(each)]));
  return valueText(value);
}

function cut(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}… (${text.length} characters)` : text;
}
