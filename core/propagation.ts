/**
 * The rule by which requests carry trace context and baggage to some hosts only. It belongs to a context: the workers
 * of a process may have different rules, and the application's own requests have none. Host code.
 */
import { type Context, createContextKey } from '@opentelemetry/api';
import type { HostRule } from './http/host-rule';

const KEY = createContextKey('temporal-job-tracing.propagate-to');

/** Returns the context with the rule; the same context without a rule. */
export function withHostRule(context: Context, rule: HostRule | undefined): Context {
  return rule ? context.setValue(KEY, rule) : context;
}

/** Whether a request that is made in the context carries trace context and baggage to the host. */
export function mayPropagate(context: Context, host: string): boolean {
  const rule = context.getValue(KEY) as HostRule | undefined;
  return rule === undefined || rule(host);
}
