/**
 * The `_tracer-data` header as clients in other languages write it: the W3C text map, without the plugin's job header.
 */
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';

/** Returns headers with this carrier, such as `{ traceparent, tracestate }`. */
export function foreignHeaders(carrier: Record<string, string>): Headers {
  return { '_tracer-data': defaultPayloadConverter.toPayload(carrier) };
}

/** Returns a client interceptor that sends this carrier with each start. */
export function foreignClientInterceptor(carrier: Record<string, string>): WorkflowClientInterceptor {
  return {
    startWithDetails: (input, next) =>
      next({ ...input, headers: { ...input.headers, ...foreignHeaders(carrier) } }),
  };
}
