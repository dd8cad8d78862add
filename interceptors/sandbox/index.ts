/**
 * The sandbox side of the plugin, put together for one workflow execution.
 *
 * Sandbox code, loaded once per V8 context and frozen, so it must hold no state of its own: all state is in the
 * objects made here. Imports nothing but `@temporalio/workflow`, `@temporalio/common`,
 * the span names of the official package, and pure code beside it.
 */
import { proxySinks, type WorkflowInterceptors } from '@temporalio/workflow';
import type { SandboxOptions } from '../shared/sandbox-options';
import type { JobTracingSinks } from '../shared/span-record';
import { inboundInterceptor } from './inbound';
import { internalsInterceptor } from './internals';
import { installApi } from './otel-api';
import { outboundInterceptor } from './outbound';
import { publishState, RunState } from './run-state';
import { taskErrors } from './task-errors';

/** The interceptors of one workflow execution. */
export function createInterceptors(options: SandboxOptions): WorkflowInterceptors {
  const sink = proxySinks<JobTracingSinks>().jobTracing;
  const state = new RunState();
  const errors = taskErrors(state, sink);
  publishState(state);
  installApi(state);
  return {
    inbound: [inboundInterceptor(state, errors, sink)],
    outbound: [outboundInterceptor(state)],
    internals: [internalsInterceptor(state, errors, sink, options)],
  };
}
