/**
 * Starts children one after the other: never more than a window of them at the same time, never more bytes in
 * one workflow task than its message can hold.
 *
 * Sandbox code: no timers; deterministic. Ends only when every child has ended.
 */
import { CancellationScope } from '@temporalio/workflow';
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
 * Few promises a part, since the SDK takes a stack trace of each: parts that are there are not awaited, and neither
 * is room that there is.
 *
 * @throws what a part rejected with, or the cancellation, after all children have ended
 */
export async function inWindow<T>(
  parts: AsyncIterable<T> | Iterable<T>,
  window: number,
  launch: (part: T) => Launched,
): Promise<void> {
  const scope = new CancellationScope();
  let failure: { readonly error: unknown } | undefined;
  let running = 0;
  let bytes = 0;
  let wake = () => {};

  /** Resolves when a child has ended or everything has to stop. */
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  function fail(error: unknown): void {
    failure ??= { error };
    scope.cancel();
    wake();
  }

  function start(part: T): Launched {
    const child = launch(part);
    running++;
    bytes += child.bytes + CHILD_OVERHEAD_BYTES;
    const leave = () => {
      running--;
      wake();
    };
    void child.ended.then(leave, (error) => {
      fail(error);
      leave();
    });
    return child;
  }

  await scope.run(async () => {
    void scope.cancelRequested.catch(fail);
    try {
      const iterator = iteratorOf(parts);
      for (;;) {
        const step = iterator.next();
        const { value, done } = step instanceof Promise ? await step : step;
        if (done) break;
        while (running >= window && !failure) await change();
        if (failure) break;
        const child = start(value);
        if (bytes < MAX_TASK_BYTES) continue;
        // A child is known to have started in a later task than the one that started it.
        await child.started.catch(() => {});
        bytes = 0;
      }
    } catch (error) {
      fail(error);
    }
  });
  while (running > 0) await change();
  if (failure) throw (failure as { readonly error: unknown }).error;
}

function iteratorOf<T>(parts: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
}
