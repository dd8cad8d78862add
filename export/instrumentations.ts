/**
 * Instrumentations for what activities call: `fetch` (undici) and `http`/`https`.
 *
 * Only calls with a parent span become spans, so that the worker's own traffic makes no traces, and
 * incoming requests (health checks, metrics) none at all. Temporal's gRPC is native and not seen by them.
 */
import { syncBuiltinESMExports } from 'node:module';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** Made once in a process: the module hooks below them cannot be taken back. Enabled by the set-up. */
export function createInstrumentations(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Instrumentation[] {
  const enabled = namesIn(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS);
  const disabled = namesIn(env.OTEL_NODE_DISABLED_INSTRUMENTATIONS);
  const isWanted = (name: keyof typeof MAKERS) =>
    (enabled.length === 0 || enabled.includes(name)) && !disabled.includes(name);
  return (['http', 'undici'] as const).filter(isWanted).map((name) => MAKERS[name]());
}

/** By the names that the standard variables have for them. */
const MAKERS = {
  http: () => {
    const http: HttpInstrumentation = new HttpInstrumentation({
      enabled: false,
      disableIncomingRequestInstrumentation: true,
      requireParentforOutgoingSpans: true,
      // The exporter's own requests: half of what they cost would be made for spans that nobody gets.
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

/** Modules are patched when they are required next; the worker's program has loaded them long ago. */
export function patchLoadedModules(): void {
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}
