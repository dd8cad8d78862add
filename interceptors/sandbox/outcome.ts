/**
 * How a run ended, read from its final command. Sandbox code; pure.
 */

import type { RunEnd } from '../../core/run-end';
import type { Command } from '../../core/sdk-types';

/** Whether the command ends the run. */
export function isFinal(command: Command): boolean {
  return resultOf(command) !== undefined || command.continueAsNewWorkflowExecution != null;
}

/** Returns the result of a run that ends with the command; `undefined` if it continues as new. */
export function resultOf(command: Command): RunEnd['result'] {
  if (command.completeWorkflowExecution) return 'success';
  if (command.cancelWorkflowExecution) return 'cancellation';
  return command.failWorkflowExecution ? 'failure' : undefined;
}
