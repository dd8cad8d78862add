/**
 * The backing of `@opentelemetry/api` in workflow code: the run's active span, a tracer whose spans join the
 * run's trace, and the run's baggage.
 *
 * Sandbox code: the API is not imported; it reads a well-known global, which the SDK swaps per workflow. User
 * code cannot register a provider of its own: the API refuses it, since the registered version is not its
 * own, and returns false.
 */
import type {
  Context,
  ContextManager,
  Span,
  SpanOptions,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import { toText } from '../../core/attribute-limits';
import { formatBaggage, parseBaggage } from '../../core/baggage';
import { carrierOf } from '../../core/trace-header';
import { parseTraceparent } from '../../core/traceparent';
import { safely } from '../../core/util/untrusted';
import { toLinkRecord, toMs } from './api-values';
import { NonRecordingSpan } from './non-recording-span';
import { baggageOf, EMPTY_CONTEXT, spanRefOf, withBaggage, withSpan } from './otel-context';
import type { RunState } from './run-state';
import type { StartOptions } from './tracer';

const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');
/**
 * Version of the global: the API accepts its own minor version or a later one; this is later than every 1.x.
 */
const API_VERSION = '1.999.0';

/** Makes the run's state visible to `@opentelemetry/api`. */
export function installApi(state: RunState): void {
  const contextManager: ContextManager = {
    active: () => safely(() => state.activeContext()) ?? EMPTY_CONTEXT,
    with: (context, fn, thisArg, ...args) => state.inContext(context, () => fn.apply(thisArg as never, args)),
    bind: (context, target) =>
      typeof target === 'function'
        ? (((...args: unknown[]) => state.inContext(context, () => target(...args))) as typeof target)
        : target,
    enable: () => contextManager,
    disable: () => contextManager,
  };
  // Created before user code runs, as a fallback if user code has broken built-ins.
  const inert = new NonRecordingSpan();
  const provider: TracerProvider = {
    getTracer: (name, version) =>
      tracerFor(state, inert, {
        name: toText(name),
        ...(version && { version: toText(version) }),
      }),
  };
  Object.assign(globalThis, {
    [API_GLOBAL]: { version: API_VERSION, context: contextManager, trace: provider, propagation: PROPAGATOR },
  });
}

/**
 * Returns a tracer whose spans join the run's trace.
 *
 * @param inert span to return if none can be created
 * @param scope instrumentation scope that requested the tracer
 */
function tracerFor(state: RunState, inert: Span, scope: NonNullable<StartOptions['scope']>): Tracer {
  function createSpan(name: string, options: SpanOptions, context: Context): Span {
    const tracer = state.recording();
    const active = spanRefOf(context);
    // Another span than the active one, which user code would end.
    if (!tracer) return new NonRecordingSpan(active);
    const root = tracer.root.ref;
    const { isRoot, attributes, ...start } = readOptions(options);
    const parent = !isRoot && active?.traceId === root.traceId ? active : root;
    return tracer.start(toText(name), parent, { ...start, scope }).setAttributes(attributes);
  }

  function startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    return safely(() => createSpan(name, options, context ?? state.activeContext())) ?? inert;
  }

  return {
    startSpan,
    /** Runs the function, if there is one, with a new active span. */
    startActiveSpan<F extends (span: Span) => unknown>(
      name: string,
      ...args: (SpanOptions | Context | F | undefined)[]
    ): ReturnType<F> {
      const [first, second, third] = args;
      const fn = [first, second, third].find((arg) => typeof arg === 'function') as F | undefined;
      if (!fn) return undefined as ReturnType<F>;
      const options = first === fn ? undefined : (first as SpanOptions | undefined);
      const parent = third === fn ? (second as Context | undefined) : undefined;
      const span = startSpan(name, options, parent);
      const context = safely(() => withSpan(parent ?? state.activeContext(), span)) ?? EMPTY_CONTEXT;
      return state.inContext(context, () => fn(span)) as ReturnType<F>;
    },
  };
}

/** Values of the API's `SpanKind`. */
const KINDS = [0, 1, 2, 3, 4];

/** Returns the valid part of a user's span options. Never throws. */
function readOptions(
  options: SpanOptions,
): Omit<StartOptions, 'scope'> & { readonly isRoot?: boolean; readonly attributes?: unknown } {
  const valid = safely(() => {
    const { root, kind, startTime, links, attributes } = options;
    return {
      isRoot: Boolean(root),
      attributes,
      kind: KINDS.find((known) => known === kind),
      startMs: toMs(startTime),
      links: Array.isArray(links) ? links.map(toLinkRecord).filter((link) => link !== undefined) : undefined,
    };
  });
  return valid ?? {};
}

/** Propagator of W3C trace context and baggage; ignores fields that a carrier cannot set or get. */
const PROPAGATOR: TextMapPropagator = Object.freeze({
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    safely(() => {
      const span = spanRefOf(context);
      const baggage = baggageOf(context);
      const fields = carrierOf({ span, baggage: baggage && formatBaggage(baggage) });
      for (const [key, value] of Object.entries(fields)) setter.set(carrier, key, value);
    });
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = safely(() => {
      const field = (key: string) => [getter.get(carrier, key)].flat()[0];
      const ref = parseTraceparent(field('traceparent'), field('tracestate'));
      const baggage = field('baggage');
      const withRemote = ref ? withSpan(context, new NonRecordingSpan(ref)) : context;
      return baggage ? withBaggage(withRemote, parseBaggage(baggage)) : withRemote;
    });
    return extracted ?? context;
  },
  fields: () => ['traceparent', 'tracestate', 'baggage'],
});
