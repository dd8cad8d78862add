/** A workflow that calls its worker's host, once for each patch id. */
import { patched } from '@temporalio/workflow';

/** Calls the host `count` times. */
export async function hostCalls(count: number): Promise<void> {
  for (let index = 0; index < count; index++) patched(`call-${index}`);
}
