/**
 * OpenTelemetry for a process that has none: tracer provider, context, propagation and instrumentations.
 *
 * Traces only, from the packages that these need: `NodeSDK` installs those of metrics and logs, and each of their
 * protocols, as well.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { Resource } from '@opentelemetry/resources';
import { settledWithin } from './deadline';
import { logDiagnostics, logErrors } from './diag-errors';
import { buildProcessors } from './exporters';
import { SpanFanOut } from './fan-out';
import { registering } from './globals';
import { byHost } from './host-propagator';
import { patchLoadedModules, setEnabled, startInstrumentations } from './instrumentations';
import type { CheckedExportOptions, ExportLogger } from './options';
import { propagatorFromEnvironment } from './propagators';
import { detectResource } from './resource';
import { brokenTraces, type ExportSettings } from './settings';
import { createTracerProvider } from './tracer-provider';

/** The OpenTelemetry set-up that the process's workers share. */
export interface SetUp {
  readonly resource: Resource;
  /** Receives the spans of activities through the provider, and those of workflows directly. */
  readonly spans: SpanFanOut;
  /** Destination of spans, for people. */
  readonly destination: string;
  /** Removes the registrations and shuts everything down, within the time in milliseconds. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

/** Destination of spans, for people, with the option `spanProcessors`. */
export const TO_OPTION = "to the option 'spanProcessors'";

function destinationOf({ exporters, endpoint }: ExportSettings): string {
  const names = [...exporters].map((name) => (name === 'otlp' ? endpoint : 'the console'));
  if (names.length > 0) return `to ${names.join(' and ')}`;
  return 'nowhere (OTEL_TRACES_EXPORTER names no exporter that can be used)';
}

/**
 * Registers the tracer provider, context, propagation and instrumentations. Without anything to export, registers no
 * provider; the context is still propagated.
 */
export function startSetUp(
  { spanProcessors, resource = detectResource() }: CheckedExportOptions,
  settings: ExportSettings,
  instrumentations: Instrumentation[],
  log: ExportLogger,
): SetUp {
  for (const problem of [...(spanProcessors ? [] : settings.problems), ...brokenTraces(process.env)]) {
    log.warn(`temporal-job-tracing: ${problem}.`);
  }
  const built = spanProcessors ? undefined : buildProcessors(settings, log);
  const spans = new SpanFanOut(
    spanProcessors ?? built?.processors ?? [],
    built !== undefined,
    log,
    settings.maxLength,
  );
  logDiagnostics();
  const provider = spans.processors.length > 0 ? createTracerProvider(resource, spans) : undefined;
  const destination = spanProcessors ? TO_OPTION : destinationOf(settings);
  let isReplaced = false;
  startInstrumentations(instrumentations);
  const unregister = registering(
    () => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      const propagator = propagatorFromEnvironment();
      if (propagator) propagation.setGlobalPropagator(byHost(propagator));
      if (provider) trace.setGlobalTracerProvider(provider);
      logErrors(log, spanProcessors !== undefined);
    },
    () => {
      isReplaced = true;
      // Not removed: the application's own instrumentations may have wrapped them by now.
      for (const instrumentation of instrumentations) setEnabled(instrumentation, false);
      log.warn(madeWay(destination));
    },
  );
  patchLoadedModules();
  return {
    resource,
    spans,
    destination,
    async close(timeoutMs) {
      for (const instrumentation of instrumentations) {
        if (!isReplaced) instrumentation.disable();
        setEnabled(instrumentation, false);
      }
      unregister();
      await settledWithin(timeoutMs, async () => provider?.shutdown());
      built?.abandon();
      spans.endLosses();
    },
  };
}

function madeWay(destination: string): string {
  return (
    'temporal-job-tracing: the application has set up OpenTelemetry after the worker had done so itself, which makes ' +
    'way: spans of activities and of the application go to its set-up from now on, those of workflows still ' +
    `${destination}. Set it up before the first worker, and give both the same span processors and resource: ` +
    'new JobTracingPlugin({ spanProcessors, resource })'
  );
}
