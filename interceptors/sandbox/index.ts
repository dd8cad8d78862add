/**
 * The sandbox side of the plugin, put together for one workflow execution.
 *
 * Sandbox code, loaded once per V8 context and frozen, so it must hold no state of its own: all state is in
 * the objects made here. Imports nothing but `@temporalio/workflow`, `@temporalio/common`, the span names of
 * the official package, and pure code beside it.
 */
import {
  proxySinks,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import type { SandboxOptions } from '../../core/sandbox-options';
import type { JobTracingSinks } from '../../core/span-record';
import { inboundInterceptor } from './inbound';
import { internalsInterceptor } from './internals';
import { installApi } from './otel-api';
import { outboundInterceptor } from './outbound';
import { replayOnlyInterceptors } from './replay-only';
import type { RunReading } from './run';
import { RunState, runState } from './run-state';
import { missingInternals } from './sdk-internals';
import { untracedOutbound } from './untraced-outbound';

/** The interceptors of the calls that a workflow receives and makes. */
interface CallInterceptors {
  readonly inbound: WorkflowInboundCallsInterceptor;
  readonly outbound: WorkflowOutboundCallsInterceptor;
}

/** Returns the interceptors of one workflow execution. */
export function createInterceptors(options: SandboxOptions): WorkflowInterceptors {
  const sink = proxySinks<JobTracingSinks>().jobTracing;
  const missing = missingInternals();
  if (missing.length > 0) return replayOnlyInterceptors(missing, sink, options);
  const state = new RunState();
  runState.set(state);
  installApi(state);
  let present: CallInterceptors = { inbound: {}, outbound: untracedOutbound(state.allowance) };
  return {
    inbound: [delegating(() => present.inbound)],
    outbound: [delegating(() => present.outbound)],
    internals: [
      internalsInterceptor(state, sink, options, (reading) => {
        present = callInterceptors(state, sink, reading);
      }),
    ],
  };
}

/** Returns the interceptors that a run needs: only some for a run that is not sampled, or untraced. */
function callInterceptors(
  state: RunState,
  sink: JobTracingSinks['jobTracing'],
  { run, calls }: RunReading,
): CallInterceptors {
  if (!run) return { inbound: {}, outbound: untracedOutbound(state.allowance, calls) };
  return {
    inbound: state.tracer ? inboundInterceptor(state, state.tracer, sink) : {},
    outbound: outboundInterceptor(state, run),
  };
}

/**
 * Returns an interceptor that has the methods of the current one.
 *
 * The SDK obtains the interceptors before the run is known, and looks up a method at each call. A call without
 * a method passes through, which is cheaper than a method that only calls `next`.
 */
function delegating<Interceptor extends object>(current: () => Interceptor): Interceptor {
  return new Proxy({} as Interceptor, { get: (_, name) => Reflect.get(current(), name) });
}
