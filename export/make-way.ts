/**
 * Makes way for an application that sets up OpenTelemetry after a worker has done so: `@opentelemetry/api` refuses a
 * second provider, context manager or propagator, but ours is registered only because there was no other.
 *
 * While ours is registered, the API's calls that register another one replace ours. This works in the copy of the API
 * that this package uses, which npm installs for the application as well.
 */
import {
  context,
  type ProxyTracerProvider,
  propagation,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

/**
 * A provider whose tracers use its successor after it was replaced: an application may have got a tracer, and keep it,
 * before it sets up a provider of its own.
 */
class ReplaceableProvider implements TracerProvider {
  /** The provider that tracers use; `undefined` for the one that is registered at the time of the call. */
  #provider: TracerProvider | undefined;

  constructor(provider: TracerProvider) {
    this.#provider = provider;
  }

  replaceBy(provider: TracerProvider | undefined): void {
    this.#provider = provider;
  }

  getTracer(...scope: Parameters<TracerProvider['getTracer']>): Tracer {
    const tracer = () => (this.#provider ?? trace.getTracerProvider()).getTracer(...scope);
    return {
      startSpan: (...span) => tracer().startSpan(...span),
      startActiveSpan: (...span: unknown[]) => {
        const target = tracer();
        return Reflect.apply(target.startActiveSpan, target, span);
      },
    };
  }
}

/** The API's registrations that are ours. */
export type OwnApis = Set<'trace' | 'context' | 'propagation' | 'diag'>;

/**
 * Lets the application replace our registrations.
 *
 * @param own our registrations; those that the application replaces are removed from the set
 * @param forget removes a registration from the API, so that it accepts another one
 * @param onReplaced called when the application has set a tracer provider
 * @returns a function that ends this, when nothing of ours is registered any more: existing tracers then use the
 *   provider registered at the time of each call
 */
export function makeWay(
  own: OwnApis,
  forget: (name: 'trace' | 'context' | 'propagation') => void,
  onReplaced: () => void,
): () => void {
  const proxy = trace.getTracerProvider() as ProxyTracerProvider;
  const ours = own.has('trace') ? new ReplaceableProvider(proxy.getDelegate()) : undefined;
  if (ours) proxy.setDelegate(ours);
  const restore = [
    // Called even if there is no provider of ours, as without an exporter.
    onSet(trace, 'setGlobalTracerProvider', (provider: TracerProvider) => {
      if (own.delete('trace')) forget('trace');
      ours?.replaceBy(provider);
      onReplaced();
    }),
    onSet(context, 'setGlobalContextManager', () => {
      if (own.delete('context')) forget('context');
    }),
    onSet(propagation, 'setGlobalPropagator', () => {
      if (own.delete('propagation')) forget('propagation');
    }),
  ];
  return () => {
    for (const undo of restore) undo();
    if (own.has('trace')) ours?.replaceBy(undefined);
  };
}

/**
 * Calls `before` ahead of the first call of the API's method, once.
 *
 * @returns a function that restores the method before that call
 */
function onSet<Value>(api: object, name: string, before: (value: Value) => void): () => void {
  const methods = api as { [name: string]: ((value: Value) => boolean) | undefined };
  const original = methods[name];
  const isInherited = !Object.hasOwn(api, name);
  const undo = () => {
    if (methods[name] !== replaced) return;
    if (isInherited) Reflect.deleteProperty(api, name);
    else methods[name] = original;
  };
  const replaced = (value: Value): boolean => {
    undo();
    before(value);
    return original?.call(api, value) ?? false;
  };
  methods[name] = replaced;
  return undo;
}
