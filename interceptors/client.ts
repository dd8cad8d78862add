/**
 * The interceptors of a client: the official one creates the spans; ours, after it, writes the header.
 */
import type { ClientOptions, WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client';
import { headerInterceptor } from '../core/start-header';
import { OptionError } from '../core/util/option-error';
import { nameOfExpectedInClient, tracerFor } from './expected-errors';

/** Returns the interceptors of a client, in their order. */
export function clientInterceptors(): WorkflowClientInterceptor[] {
  // The official interceptor may have another copy of the API, without the process's provider.
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
  const { workflow = [] } = users;
  if (!Array.isArray(workflow)) {
    throw new OptionError(
      'JobTracingPlugin: interceptors.workflow of the client is an object with factories, a form that the SDK ' +
        'has deprecated; pass an array of interceptors',
      {
        subject: 'JobTracingPlugin',
        option: 'interceptors.workflow',
        expectation: 'an array of interceptors',
        value: workflow,
      },
    );
  }
  if (workflow.includes(headerInterceptor)) return users;
  return { ...users, workflow: [...clientInterceptors(), ...workflow] };
}
