/**
 * Headers parsed into objects of `@opentelemetry/api`, each header once: nearly all spans of a worker have the
 * same trace state, and all activities of a run, including those of its shards, have the same baggage.
 *
 * Host code; the objects are immutable.
 */
import { type Baggage, createTraceState, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { BoundedMap } from './util/bounded-map';

/** Most headers of each kind that are cached. */
const MAX_CACHED = 100;
const BAGGAGE = new W3CBaggagePropagator();

/** Returns the parsed `tracestate` header. */
export const parsedTraceState = cached(createTraceState);

/** Returns the parsed `baggage` header; `undefined` if it has no valid entry. */
export const parsedBaggage = cached((text): Baggage | undefined =>
  propagation.getBaggage(BAGGAGE.extract(ROOT_CONTEXT, text, { get: (header) => header, keys: () => [] })),
);

/** Returns `parse` with a bounded cache of its results. */
function cached<T>(parse: (text: string) => T): (text: string) => T {
  const cache = new BoundedMap<string, { readonly value: T }>(MAX_CACHED);
  return (text) => {
    let entry = cache.get(text);
    if (entry === undefined) {
      entry = { value: parse(text) };
      cache.set(text, entry);
    }
    return entry.value;
  };
}
