/** A workflow that asks its worker's host, once for each id. */
import { patched } from '@temporalio/workflow';

export async function asks(count: number): Promise<void> {
  for (let index = 0; index < count; index++) patched(`ask-${index}`);
}
