/**
 * The interceptors of a client: the official one creates the spans, ours follows it and writes the header.
 */
import type { ClientOptions, WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client';
import { headerInterceptor } from '../core/start-header';
import { OptionError } from '../core/util/option-error';
import { nameOfExpectedInClient, tracerFor } from './expected-errors';

/** Returns the interceptors of a client, in their order. */
export function clientInterceptors(): WorkflowClientInterceptor[] {
  // With a copy of the API of its own the official interceptor may not find the process's provider.
  const tracer = tracerFor('@temporalio/interceptor-client', nameOfExpectedInClient);
  return [new OpenTelemetryWorkflowClientInterceptor({ tracer }), headerInterceptor];
}

type ClientInterceptors = NonNullable<ClientOptions['interceptors']>;

/**
 * Returns a client's interceptors with ours in front, added once.
 *
 * @throws {OptionError} for the form of `interceptors.workflow` that the SDK has deprecated
 */
export function withClientInterceptors(users: ClientInterceptors = {}): ClientInterceptors {
  const given = users.workflow ?? [];
  if (!Array.isArray(given)) {
    throw new OptionError(
      'JobTracingPlugin: interceptors.workflow of the client is an object with factories, a form that the SDK ' +
        'has deprecated; give an array of interceptors',
      {
        subject: 'JobTracingPlugin',
        option: 'interceptors.workflow',
        expectation: 'an array of interceptors',
        value: given,
      },
    );
  }
  return given.includes(headerInterceptor)
    ? users
    : { ...users, workflow: [...clientInterceptors(), ...given] };
}
