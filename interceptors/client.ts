/**
 * The interceptors of a client: the official one creates the spans; ours, after it, writes the header.
 */
import type { ClientOptions, WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client';
import { createHeaderInterceptor, isHeaderInterceptor } from '../core/start-header';
import { OptionError } from '../core/util/option-error';
import { nameOfExpectedInClient, tracerFor } from './expected-errors';

/** Returns the interceptors of a client, in their order. @param carryBaggage compiled option `carryBaggage` */
export function clientInterceptors(carryBaggage?: string): WorkflowClientInterceptor[] {
  // The official interceptor may have another copy of the API, without the process's provider.
  const tracer = tracerFor('@temporalio/interceptor-client', nameOfExpectedInClient);
  return [new OpenTelemetryWorkflowClientInterceptor({ tracer }), createHeaderInterceptor(carryBaggage)];
}

type ClientInterceptors = NonNullable<ClientOptions['interceptors']>;

/**
 * Returns a client's interceptors with ours in front, added once.
 *
 * @param subject plugin that adds them, for the error
 * @param carryBaggage compiled option `carryBaggage`
 * @throws {OptionError} for the form of `interceptors.workflow` that the SDK has deprecated
 */
export function withClientInterceptors(
  subject: string,
  users: ClientInterceptors = {},
  carryBaggage?: string,
): ClientInterceptors {
  const { workflow = [] } = users;
  if (!Array.isArray(workflow)) {
    const option = 'interceptors.workflow';
    const message =
      `${subject}: ${option} of the client is an object with factories, a form that the SDK has deprecated; pass an ` +
      'array of interceptors';
    throw new OptionError(message, {
      subject,
      option,
      expectation: 'an array of interceptors',
      value: workflow,
    });
  }
  if (workflow.some(isHeaderInterceptor)) return users;
  return { ...users, workflow: [...clientInterceptors(carryBaggage), ...workflow] };
}
