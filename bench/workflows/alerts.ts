/** Jobs of part `alerts`. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';

/** A run that goes on for so long. */
export async function goesOn(ms: number): Promise<void> {
  await sleep(ms);
}

/** A run that fails. */
export async function fails(): Promise<void> {
  throw ApplicationFailure.nonRetryable('as asked');
}
