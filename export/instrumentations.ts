/**
 * Instrumentations for what activities call: `fetch` (undici) and `http`/`https`.
 *
 * Only outgoing requests with a parent span become spans, so that the worker's own traffic makes no traces; incoming
 * requests (health checks, metrics) never do. Temporal's gRPC is native, so they do not see it.
 */
import { syncBuiltinESMExports } from 'node:module';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import {
  UndiciInstrumentation,
  type UndiciInstrumentationConfig,
} from '@opentelemetry/instrumentation-undici';
import { markingHeaders, markingSpan } from './host-propagator';

/** Names of the instrumentations that the plugin has itself. */
export const HTTP = '@opentelemetry/instrumentation-http';
export const UNDICI = '@opentelemetry/instrumentation-undici';

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
      startOutgoingSpanHook: markingHeaders(),
    });
    return http;
  },
  undici: () =>
    new UndiciInstrumentation({ enabled: false, requireParentforSpans: true, requestHook: markingSpan() }),
} satisfies Record<string, () => Instrumentation>;

function namesIn(list = ''): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/**
 * Adds a worker's own instrumentations to those in use; one of `http` or `undici` replaces the plugin's.
 *
 * @param inUse changed in place
 * @returns those that are new
 */
export function addInstrumentations(
  inUse: Instrumentation[],
  users: readonly Instrumentation[],
): readonly Instrumentation[] {
  const added = users.filter((each) => !inUse.includes(each));
  for (const each of added) {
    const { instrumentationName } = each;
    if (instrumentationName === HTTP || instrumentationName === UNDICI) {
      addHostHook(each);
      removeByName(inUse, instrumentationName);
    }
    inUse.push(each);
  }
  return added;
}

/** Connects instrumentations with the process's tracer provider and turns them on. */
export function startInstrumentations(instrumentations: readonly Instrumentation[]): void {
  registerInstrumentations({ instrumentations: [...instrumentations] });
  // For each request, the plugin's own read this setting, not whether they are enabled.
  for (const instrumentation of instrumentations) setEnabled(instrumentation, true);
}

/** Sets the instrumentation's option `enabled`. */
export function setEnabled(instrumentation: Instrumentation, enabled: boolean): void {
  instrumentation.setConfig({ ...instrumentation.getConfig(), enabled });
}

function removeByName(inUse: Instrumentation[], name: string): void {
  const index = inUse.findIndex((each) => each.instrumentationName === name);
  const [removed] = index >= 0 ? inUse.splice(index, 1) : [];
  // That of `undici` throws when it is turned off before it was ever on.
  if (removed?.getConfig().enabled) removed.disable();
}

/** Adds the hook that `propagateTo` needs to an instrumentation of `http` or `undici`. */
function addHostHook(instrumentation: Instrumentation): void {
  const config: HttpInstrumentationConfig & UndiciInstrumentationConfig = instrumentation.getConfig();
  const hook =
    instrumentation.instrumentationName === HTTP
      ? { startOutgoingSpanHook: markingHeaders(config.startOutgoingSpanHook) }
      : { requestHook: markingSpan(config.requestHook) };
  instrumentation.setConfig({ ...config, ...hook });
}

/** Patches modules that are already loaded: a module hook patches a module when it is required again. */
export function patchLoadedModules(): void {
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}
