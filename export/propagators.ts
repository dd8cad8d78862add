/**
 * The propagators in `OTEL_PROPAGATORS`, with the names and the default of `NodeSDK`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { diag, type TextMapPropagator } from '@opentelemetry/api';
import {
  CompositePropagator,
  getStringListFromEnv,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { JaegerPropagator } from '@opentelemetry/propagator-jaeger';

const PROPAGATORS: ReadonlyMap<string, () => TextMapPropagator> = new Map([
  ['tracecontext', () => new W3CTraceContextPropagator()],
  ['baggage', () => new W3CBaggagePropagator()],
  ['b3', () => new B3Propagator()],
  ['b3multi', () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })],
  ['jaeger', () => new JaegerPropagator()],
]);
const DEFAULT_NAMES = ['tracecontext', 'baggage'];

/** Returns one propagator for all names; `undefined` for `none`, or if no name is known. Never throws. */
export function propagatorFromEnvironment(): TextMapPropagator | undefined {
  const names = new Set(getStringListFromEnv('OTEL_PROPAGATORS') ?? DEFAULT_NAMES);
  if (names.has('none')) return undefined;
  const propagators: TextMapPropagator[] = [];
  for (const name of names) {
    const create = PROPAGATORS.get(name);
    if (create) propagators.push(create());
    else diag.warn(`OTEL_PROPAGATORS: there is no propagator "${name}"`);
  }
  return propagators.length > 0 ? new CompositePropagator({ propagators }) : undefined;
}
