/**
 * The `_tracer-data` header as clients in other languages write it: the plain W3C text map, without the
 * plugin's own part.
 */
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';

/** Headers with this carrier, such as `{ traceparent, tracestate }`. */
export function foreignHeaders(carrier: Record<string, string>): Headers {
  return { '_tracer-data': defaultPayloadConverter.toPayload(carrier) };
}

/** A client that gives what it starts this carrier. */
export function foreignClient(carrier: Record<string, string>): WorkflowClientInterceptor {
  return {
    startWithDetails: (input, next) =>
      next({ ...input, headers: { ...input.headers, ...foreignHeaders(carrier) } }),
  };
}
