/**
 * What `@opentelemetry/api` finds when workflow code calls it: the run's active span, a tracer whose spans
 * join the run's trace, and the run's baggage.
 *
 * Sandbox code: the API is not imported; it looks under a well-known global, which the SDK swaps per
 * workflow. User code cannot register anything of its own beside this: the API refuses it, since the version
 * that it finds here is not its own, and returns false.
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
import { toText } from '../shared/attribute-limits';
import { formatBaggage, parseBaggage } from '../shared/baggage';
import { carrierOf } from '../shared/header';
import { parseTraceparent } from '../shared/traceparent';
import { baggageOf, spanContextOf, withBaggage, withSpan } from './otel-context';
import type { RunState } from './run-state';
import { foreignSpan, refOf, toLinkRecord, toMs } from './span';
import type { StartOptions } from './tracer';

const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');
/** The API takes a global of its own minor version or later; this is later than every 1.x. */
const API_VERSION = '1.999.0';

/** Makes the run's state visible to `@opentelemetry/api`. */
export function installApi(state: RunState): void {
  const contextManager: ContextManager = {
    active: () => state.activeContext(),
    with: (context, fn, thisArg, ...args) =>
      state.runInContext(context, () => fn.apply(thisArg as never, args)),
    bind: (context, target) =>
      typeof target === 'function'
        ? (((...args: unknown[]) => state.runInContext(context, () => target(...args))) as typeof target)
        : target,
    enable: () => contextManager,
    disable: () => contextManager,
  };
  const provider: TracerProvider = {
    getTracer: (name, version) =>
      new SandboxTracer(state, {
        name: toText(name),
        ...(version !== undefined && { version: toText(version) }),
      }),
  };
  Object.assign(globalThis, {
    [API_GLOBAL]: { version: API_VERSION, context: contextManager, trace: provider, propagation: PROPAGATOR },
  });
}

class SandboxTracer implements Tracer {
  readonly #state: RunState;
  readonly #scope: { readonly name: string; readonly version?: string };

  constructor(state: RunState, scope: { readonly name: string; readonly version?: string }) {
    this.#state = state;
    this.#scope = scope;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = this.#state.activeContext()): Span {
    const tracer = this.#state.recording();
    // Not the context's own span: user code ends what it started.
    if (tracer === undefined) return foreignSpan(refOf(spanContextOf(context)));
    const { root } = tracer;
    const { isTop, attributes, ...given } = readOptions(options);
    const parent = isTop ? undefined : refOf(spanContextOf(context));
    return tracer
      .start(toText(name), parent?.traceId === root.ref.traceId ? parent : root.ref, {
        ...given,
        scope: this.#scope,
      })
      .setAttributes(attributes);
  }

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    optionsOrFn: SpanOptions | F,
    contextOrFn?: Context | F,
    fnGiven?: F,
  ): ReturnType<F> {
    const fn = [optionsOrFn, contextOrFn, fnGiven].find((arg): arg is F => typeof arg === 'function');
    if (fn === undefined) throw new TypeError('startActiveSpan needs a function as its last argument');
    const options = typeof optionsOrFn === 'function' ? {} : optionsOrFn;
    const given = typeof contextOrFn === 'function' ? undefined : contextOrFn;
    const context = given ?? this.#state.activeContext();
    const span = this.startSpan(name, options, context);
    return this.#state.runInContext(withSpan(context, span), () => fn(span)) as ReturnType<F>;
  }
}

/** `SpanKind` of the API. */
const KINDS: ReadonlySet<unknown> = new Set([0, 1, 2, 3, 4]);

/** What can be used of a user's options. Never throws. */
function readOptions(
  options: SpanOptions,
): Omit<StartOptions, 'scope'> & { readonly isTop?: boolean; readonly attributes?: unknown } {
  try {
    const { root, kind, startTime, links, attributes } = options;
    return {
      isTop: Boolean(root),
      attributes,
      ...(kind !== undefined && KINDS.has(kind) && { kind }),
      ...(startTime !== undefined && { startMs: toMs(startTime) }),
      ...(Array.isArray(links) && { links: links.map(toLinkRecord).filter((link) => link !== undefined) }),
    };
  } catch {
    return {};
  }
}

const PROPAGATOR: TextMapPropagator = Object.freeze({
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const ref = refOf(spanContextOf(context));
    const baggage = baggageOf(context);
    const fields = carrierOf({
      ...(ref && { span: ref }),
      ...(baggage && { baggage: formatBaggage(baggage) }),
    });
    for (const [key, value] of Object.entries(fields)) setter.set(carrier, key, value);
  },
  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const field = (key: string) => [getter.get(carrier, key)].flat()[0];
    const ref = parseTraceparent(field('traceparent'), field('tracestate'));
    const baggage = field('baggage');
    const withRemote = ref ? withSpan(context, foreignSpan(ref)) : context;
    return baggage === undefined ? withRemote : withBaggage(withRemote, parseBaggage(baggage));
  },
  fields: () => ['traceparent', 'tracestate', 'baggage'],
});
