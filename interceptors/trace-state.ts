/**
 * Trace states as objects of `@opentelemetry/api`, each parsed once: nearly all spans of a worker have the same one.
 *
 * Host code; the objects never change.
 */
import { createTraceState, type TraceState } from '@opentelemetry/api';
import { setBounded } from '../worker/bounded-map';

const MAX_REMEMBERED = 100;
const PARSED = new Map<string, TraceState>();

/** @param text the `tracestate` header as it was received */
export function parsedTraceState(text: string): TraceState {
  let parsed = PARSED.get(text);
  if (parsed === undefined) {
    parsed = createTraceState(text);
    setBounded(PARSED, text, parsed, MAX_REMEMBERED);
  }
  return parsed;
}
