/**
 * Checks that the server has a namespace, before a worker fails with an error that is hard to read.
 */
import type { Client } from '@temporalio/client';
import { isNotFound } from '../client/grpc-status';
import { withinTimeout } from '../client/listing';
import { optionError } from '../core/util/option-error';

/**
 * Resolves if the namespace is there, or cannot be described for another reason.
 *
 * @throws {OptionError} if there is no such namespace
 */
export async function checkNamespace(client: Client): Promise<void> {
  const { namespace } = client.options;
  try {
    await withinTimeout(client, () => client.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    if (isNotFound(error)) throw optionError('job alerts', 'namespace', 'one that the server has', namespace);
  }
}
