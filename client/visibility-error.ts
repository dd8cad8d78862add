/**
 * Why visibility refused a query, and what to do about it.
 */
import type { Client } from '@temporalio/client';
import { defineErrorClass } from '../core/util/error-class';
import { GrpcStatus, grpcStatusOf } from './grpc-status';
import { readSearchAttributes, unusableBecause } from './search-attributes';

/**
 * Why the server did not answer a visibility query:
 *
 * - `rate-limit`: the namespace's rate limit is exhausted;
 * - `late`: the server did not answer in time, possibly because of a rate limit;
 * - `search-attributes`: one of the plugin's attributes is not registered in the namespace, or has another
 *   type.
 */
export type VisibilityProblem = 'rate-limit' | 'late' | 'search-attributes';

/** Fields of a {@link VisibilityError}. */
export interface VisibilityErrorFields {
  readonly problem: VisibilityProblem;
  readonly namespace: string;
}

/** Thrown if the server's visibility did not answer a list or a look-up; `problem` has the reason. */
export class VisibilityError extends Error implements VisibilityErrorFields {
  readonly problem: VisibilityProblem;
  readonly namespace: string;

  constructor(message: string, fields: VisibilityErrorFields, options?: ErrorOptions) {
    super(message, options);
    this.problem = fields.problem;
    this.namespace = fields.namespace;
  }
}
defineErrorClass(VisibilityError, 'VisibilityError');

const LIMIT =
  'by default a namespace allows 10 queries a second (frontend.namespaceRPS.visibility of the server; on Temporal ' +
  'Cloud, contact support)';

/** Returns the error as a {@link VisibilityError} if its meaning is known, else unchanged. */
export async function toVisibilityError(client: Client, cause: unknown): Promise<unknown> {
  const { namespace } = client.options;
  const named = (problem: VisibilityProblem, text: string) =>
    new VisibilityError(`visibility of namespace ${namespace}: ${text}`, { problem, namespace }, { cause });
  switch (grpcStatusOf(cause)) {
    case GrpcStatus.RESOURCE_EXHAUSTED:
      return named(
        'rate-limit',
        `its rate limit is exhausted: ${LIMIT}. Try again later, or send fewer queries`,
      );
    case GrpcStatus.DEADLINE_EXCEEDED: {
      const text = `the server did not answer in time. If it can be reached, its rate limit may be exhausted: ${LIMIT}`;
      return named('late', text);
    }
    case GrpcStatus.UNKNOWN:
    case GrpcStatus.INTERNAL:
    case GrpcStatus.INVALID_ARGUMENT: {
      const report = await readSearchAttributes(client.connection, namespace).catch(() => undefined);
      const problem = report && unusableBecause(namespace, report);
      return problem === undefined ? cause : named('search-attributes', problem);
    }
    default:
      return cause;
  }
}
