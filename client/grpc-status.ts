/**
 * gRPC status codes of the server's answers.
 *
 * Clients and native connections throw different errors, with the code on the error or on a cause of it.
 */
import { causesOf } from '../core/item-failure';

/** @see https://grpc.io/docs/guides/status-codes/ */
export const GrpcStatus = Object.freeze({
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAUTHENTICATED: 16,
});

/** The code of the error or of the nearest cause that has one. Never throws. */
export function grpcStatusOf(error: unknown): number | undefined {
  for (const link of causesOf(error)) {
    if ('code' in link && typeof link.code === 'number') return link.code;
  }
  return undefined;
}
