/** Jobs of part `alerts`. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';

/** Runs for `ms` milliseconds. */
export async function goesOn(ms: number): Promise<void> {
  await sleep(ms);
}

/** Fails at once. */
export async function fails(): Promise<void> {
  throw ApplicationFailure.nonRetryable('intended');
}
