/**
 * Headers as objects of `@opentelemetry/api`, each parsed once: the spans of a worker have nearly all the same trace
 * state, the activities of a job's run, its shards' among them, the same baggage.
 *
 * Host code; the objects never change.
 */
import { type Baggage, createTraceState, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { setBounded } from './util/bounded-map';

const MAX_REMEMBERED = 100;
const BAGGAGE = new W3CBaggagePropagator();

/** @param text the `tracestate` header as it was received */
export const parsedTraceState = remembering(createTraceState);

/** @param text the `baggage` header as it was received */
export const parsedBaggage = remembering((text): Baggage | undefined =>
  propagation.getBaggage(BAGGAGE.extract(ROOT_CONTEXT, text, { get: (header) => header, keys: () => [] })),
);

function remembering<T>(parse: (text: string) => T): (text: string) => T {
  const remembered = new Map<string, { readonly value: T }>();
  return (text) => {
    let known = remembered.get(text);
    if (known === undefined) {
      known = { value: parse(text) };
      setBounded(remembered, text, known, MAX_REMEMBERED);
    }
    return known.value;
  };
}
