/**
 * Instrumentations for what activities call: `fetch` (undici) and `http`/`https`.
 *
 * Only outgoing requests with a parent span become spans, so that the worker's own traffic makes no traces; incoming
 * requests (health checks, metrics) never do. Temporal's gRPC is native, so they do not see it.
 */
import { syncBuiltinESMExports } from 'node:module';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** Returns the instrumentations, disabled. Called once in a process, since their module hooks cannot be removed. */
export function createInstrumentations(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Instrumentation[] {
  const enabled = namesIn(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS);
  const disabled = namesIn(env.OTEL_NODE_DISABLED_INSTRUMENTATIONS);
  const isWanted = (name: keyof typeof MAKERS) =>
    (enabled.length === 0 || enabled.includes(name)) && !disabled.includes(name);
  return (['http', 'undici'] as const).filter(isWanted).map((name) => MAKERS[name]());
}

/** Constructors of the instrumentations, by their names in the standard variables. */
const MAKERS = {
  http: () => {
    const http: HttpInstrumentation = new HttpInstrumentation({
      enabled: false,
      disableIncomingRequestInstrumentation: true,
      requireParentforOutgoingSpans: true,
      // Creates no spans for the exporter's own requests, which would not be exported.
      ignoreOutgoingRequestHook: () => !http.getConfig().enabled || isTracingSuppressed(context.active()),
    });
    return http;
  },
  undici: () => new UndiciInstrumentation({ enabled: false, requireParentforSpans: true }),
} satisfies Record<string, () => Instrumentation>;

function namesIn(list = ''): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** Patches modules that are already loaded: a module hook patches a module when it is required again. */
export function patchLoadedModules(): void {
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}
