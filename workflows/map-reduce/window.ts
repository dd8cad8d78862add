/**
 * Starts children one after the other: never more than a window of them at the same time, never more bytes in
 * one workflow task than its message can hold.
 *
 * Sandbox code: no timers; deterministic. Ends only when every child has ended.
 */
import { CancellationScope, condition } from '@temporalio/workflow';
import { CHILD_OVERHEAD_BYTES, MAX_TASK_BYTES } from './plan';

/** A child that is being started. */
export interface Launched {
  /** Settles when the child has started, or cannot be. */
  readonly started: Promise<unknown>;
  /** Resolves when the child has ended, however; rejects if everything has to stop. */
  readonly ended: Promise<void>;
  /** Of the child's argument. */
  readonly bytes: number;
}

/**
 * Runs all parts.
 *
 * @throws what a part rejected with, or the cancellation, after all children have ended
 */
export async function inWindow<T>(
  parts: AsyncIterable<T> | Iterable<T>,
  window: number,
  launch: (part: T) => Launched,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const scope = new CancellationScope();
  let failure: { readonly error: unknown } | undefined;

  function fail(error: unknown): void {
    failure ??= { error };
    scope.cancel();
  }

  await scope.run(async () => {
    try {
      let bytes = 0;
      for await (const part of parts) {
        await condition(() => running.size < window || failure !== undefined);
        if (failure) break;
        const child = launch(part);
        const done: Promise<void> = child.ended.catch(fail).finally(() => running.delete(done));
        running.add(done);
        bytes += child.bytes + CHILD_OVERHEAD_BYTES;
        if (bytes < MAX_TASK_BYTES) continue;
        // A child is known to have started in a later task than the one that started it.
        await child.started.catch(() => {});
        bytes = 0;
      }
      await condition(() => running.size === 0 || failure !== undefined);
    } catch (error) {
      fail(error);
    }
  });
  await CancellationScope.nonCancellable(() => Promise.all(running));
  if (failure) throw (failure as { readonly error: unknown }).error;
}
