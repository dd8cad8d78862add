/** A job whose runs fail and succeed in turn. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

/** Succeeds after a failed run, fails otherwise. */
export async function alternating(): Promise<void> {
  if (workflowInfo().lastFailure === undefined)
    throw ApplicationFailure.nonRetryable('every other time', 'EveryOtherTime');
}
