/**
 * Makes way for an application that sets up OpenTelemetry after a worker has done it for itself: ours is there for want
 * of one, and `@opentelemetry/api` refuses a second provider, context manager or propagator.
 *
 * While ours is registered, the API's calls that register another put it in the place of ours. That holds for the copy
 * of the API that this package uses, which npm gives to the application as well.
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
 * Hands out tracers that go over to whatever takes the provider's place: an application may have got one, and keeps it,
 * before it sets up a provider of its own.
 */
class ReplaceableProvider implements TracerProvider {
  /** `undefined`: what is registered at the time. */
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

/** What of the API's registrations is ours. */
export type OwnApis = Set<'trace' | 'context' | 'propagation' | 'diag'>;

/**
 * @param own what is registered and ours; what the application replaces is taken out of it
 * @param forget takes a registration out of the API, which then takes another
 * @param onReplaced called when the application has set a tracer provider
 * @returns ends it, when nothing of ours is registered any more: tracers that were handed out go over to what will be
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
    // Without an exporter there is no provider of ours, and the application's is to be known all the same.
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

/** Calls `before` ahead of the first call of the API's method. Ends by itself with that call. */
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
