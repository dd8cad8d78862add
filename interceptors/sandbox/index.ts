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
} from '@temporalio/workflow';
import type { SandboxOptions } from '../../core/sandbox-options';
import type { JobTracingSinks } from '../../core/span-record';
import { inboundInterceptor } from './inbound';
import { internalsInterceptor } from './internals';
import { installApi } from './otel-api';
import { outboundInterceptor } from './outbound';
import { replayOnlyInterceptors } from './replay-only';
import { RunState, runState } from './run-state';
import { missingInternals } from './sdk-internals';
import { untracedOutbound } from './untraced-outbound';

/**
 * Returns the interceptors of one workflow execution.
 *
 * The SDK looks up a method at each call: a run has only the methods that it needs, and all other calls pass
 * through.
 */
export function createInterceptors(options: SandboxOptions): WorkflowInterceptors {
  const sink = proxySinks<JobTracingSinks>().jobTracing;
  const missing = missingInternals();
  if (missing.length > 0) return replayOnlyInterceptors(missing, sink, options);
  const inbound: WorkflowInboundCallsInterceptor = {};
  const state = new RunState((run, tracer) => {
    Object.assign(outbound, outboundInterceptor(state, run));
    if (tracer) Object.assign(inbound, inboundInterceptor(state, tracer, sink));
  });
  const outbound = untracedOutbound(state.allowance);
  runState.set(state);
  installApi(state);
  return {
    inbound: [inbound],
    outbound: [outbound],
    internals: [
      internalsInterceptor(state, sink, options, (calls) => {
        Object.assign(outbound, untracedOutbound(state.allowance, calls));
      }),
    ],
  };
}
