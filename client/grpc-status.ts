/**
 * gRPC status codes of the server's errors.
 *
 * Clients and native connections throw different errors, with the code on the error or on a cause of it.
 */
import { causesOf } from '../core/item-failure';

/** gRPC status codes by name. @see https://grpc.io/docs/guides/status-codes/ */
export const GrpcStatus = Object.freeze({
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
});

/** Returns the gRPC status code of the error, or of its nearest cause that has one. Never throws. */
export function grpcStatusOf(error: unknown): number | undefined {
  for (const link of causesOf(error)) {
    if ('code' in link && typeof link.code === 'number') return link.code;
  }
  return undefined;
}

/** Whether the error means that there is no such workflow or run. Never throws. */
export function isNotFound(error: unknown): boolean {
  if (grpcStatusOf(error) === GrpcStatus.NOT_FOUND) return true;
  return error instanceof Error && error.name === 'WorkflowNotFoundError';
}
