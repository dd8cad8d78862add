/** Workflows that call `@opentelemetry/api`: the oldest supported version, the newest, and the installed one. */
import * as installed from '@opentelemetry/api';
import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import * as oldest from 'opentelemetry-api-1.4';
import * as newest from 'opentelemetry-api-latest';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '30s' });

/** The API by version; the types that these workflows use are the same in all versions. */
const APIS = {
  oldest: oldest as unknown as typeof installed,
  installed,
  newest: newest as unknown as typeof installed,
};
export type ApiVersion = keyof typeof APIS;

export interface Tour {
  /** The active span of the workflow function. */
  readonly active: installed.SpanContext | undefined;
  /** Whether the active span is the same at the end. */
  readonly unchanged: boolean;
  /** The carrier of `propagation.inject` inside the span `injecting`. */
  readonly injected: Record<string, string>;
  /** The `baggage` header that the downstream service received, with the user's baggage active. */
  readonly baggage: string | undefined;
  /** The entries of the active baggage in the workflow, by name. */
  readonly seen: Record<string, string>;
  /** Whether a function bound to the span `bound` has it as the active span when it is called outside of it. */
  readonly boundIsActive: boolean;
}

/** Uses the API in every way that user code does. */
export async function tour(version: ApiVersion): Promise<Tour> {
  const { context, propagation, trace } = APIS[version];
  const active = trace.getActiveSpan();
  active?.setAttribute('user.attribute', 'set').setAttributes({ 'user.list': [1, 2] });
  active?.addEvent('user event', { n: 1 });
  const tracer = trace.getTracer('user', '1.2.3');

  await tracer.startActiveSpan('outer', { attributes: { a: 1 } }, async (outer) => {
    await callDownstream();
    await tracer.startActiveSpan('inner', async (inner) => {
      await local.callDownstream();
      inner.end();
    });
    outer.end();
  });

  // Two spans at a time; each has an activity.
  const pair = ['left', 'right'].map((name) =>
    tracer.startActiveSpan(name, async (span) => {
      await sleep(1);
      await callDownstream();
      span.end();
    }),
  );
  await Promise.all(pair);

  const detached = tracer.startSpan('detached', { kind: installed.SpanKind.PRODUCER });
  await context.with(trace.setSpan(context.active(), detached), () => callDownstream());
  detached.recordException(new TypeError('by hand'));
  detached.setStatus({ code: installed.SpanStatusCode.ERROR, message: 'by hand' });
  detached.end();
  tracer.startSpan('top', { root: true }).end();

  const users = propagation.createBaggage({ user: { value: 'ü' }, 'job.name': { value: 'forged' } });
  const withBaggage = propagation.setBaggage(context.active(), users);
  const headers = JSON.parse(await context.with(withBaggage, () => callDownstream()));

  const injected: Record<string, string> = {};
  tracer.startActiveSpan('injecting', (span) => {
    propagation.inject(context.active(), injected);
    span.end();
  });

  const bound = tracer.startSpan('bound');
  const isActive = context.bind(
    trace.setSpan(context.active(), bound),
    () => trace.getActiveSpan()?.spanContext().spanId === bound.spanContext().spanId,
  );
  bound.end();
  const entries = propagation.getBaggage(context.active())?.getAllEntries() ?? [];
  return {
    active: active?.spanContext(),
    unchanged: trace.getActiveSpan() === active,
    injected,
    baggage: headers.baggage,
    seen: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    boundIsActive: isActive(),
  };
}

export const ask = defineQuery<boolean>('ask');
export const change = defineUpdate<string | undefined, [string]>('change');
export const finish = defineSignal('finish');

/** Creates spans in handlers of all kinds; completes with the signal `finish`. */
export async function handlers(): Promise<void> {
  const { trace } = installed;
  const tracer = trace.getTracer('user');
  let finished = false;
  setHandler(ask, () =>
    tracer.startActiveSpan('in a query', (span) => {
      span.setAttribute('a', 1).end();
      return span.isRecording();
    }),
  );
  setHandler(
    change,
    (name) =>
      tracer.startActiveSpan(`in the update ${name}`, async (span) => {
        await callDownstream();
        span.end();
        return span.spanContext().traceId;
      }),
    {
      validator: (name) =>
        tracer.startActiveSpan('in a validator', (span) => {
          span.end();
          if (name === '') throw new Error('a name is needed');
        }),
    },
  );
  setHandler(finish, () => {
    tracer.startActiveSpan('in a signal', (span) => span.end());
    finished = true;
  });
  await condition(() => finished);
}

/** Tries to register other providers, and with `disable` to remove the plugin's; returns which were accepted. */
export async function registers(version: ApiVersion, disable: boolean): Promise<boolean[]> {
  const { context, propagation, trace } = APIS[version];
  const manager = {
    active: () => installed.ROOT_CONTEXT,
    with: () => {
      throw new Error("the user's context manager");
    },
    bind: () => {
      throw new Error("the user's context manager");
    },
    enable: () => manager,
    disable: () => manager,
  };
  const getTracer = () => {
    throw new Error("the user's tracer provider");
  };
  const propagator = { inject: getTracer, extract: getTracer, fields: () => [] };
  const accepted = [
    trace.setGlobalTracerProvider({ getTracer }),
    context.setGlobalContextManager(manager),
    propagation.setGlobalPropagator(propagator),
  ];
  if (disable) for (const api of [trace, context, propagation]) api.disable();
  await callDownstream();
  trace.getTracer('user').startSpan('after').end();
  return accepted;
}
