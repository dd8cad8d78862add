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
  /** Of the child's argument. */
  readonly bytes: number;
  readonly cancel: () => void;
}

/** Told once, when a child has ended, however; with the error if everything has to stop. */
export type Ended = (reason?: { readonly error: unknown }) => void;

/**
 * Runs all parts.
 *
 * Few promises a part, since the SDK takes a stack trace of each: parts that are there are not awaited, and neither
 * is room that there is. No scope of its own: entering one switches on the tracking of every promise in the thread.
 *
 * @throws what a part stopped everything with, or the cancellation, after all children have ended
 */
export async function inWindow<T>(
  parts: AsyncIterable<T> | Iterable<T>,
  window: number,
  launch: (part: T, ended: Ended) => Launched,
): Promise<void> {
  const scope = CancellationScope.current();
  const running = new Set<Launched>();
  let failure: { readonly error: unknown } | undefined;
  let bytes = 0;
  let wake = () => {};
  let stop = () => {};
  const stopping = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
  });

  /** Resolves when a child has ended or everything has to stop. */
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  function fail(error: unknown): void {
    if (failure) return;
    failure = { error };
    // The SDK cancels what has been started in a scope that is cancelled.
    if (!scope.consideredCancelled) for (const child of running) child.cancel();
    stop();
    wake();
  }

  function start(part: T): Launched {
    const child = launch(part, (reason) => {
      running.delete(child);
      if (reason) fail(reason.error);
      wake();
    });
    running.add(child);
    bytes += child.bytes + CHILD_OVERHEAD_BYTES;
    return child;
  }

  // That of a scope which cannot be cancelled rejects, too.
  void scope.cancelRequested.catch((error) => scope.consideredCancelled && fail(error));
  try {
    const iterator = iteratorOf(parts);
    for (;;) {
      const step = iterator.next();
      const next = step instanceof Promise ? await Promise.race([step, stopping]) : step;
      if (next === undefined || next.done) break;
      while (running.size >= window && !failure) await change();
      if (failure) break;
      const child = start(next.value);
      if (bytes < MAX_TASK_BYTES) continue;
      // A child is known to have started in a later task than the one that started it.
      await child.started.catch(() => {});
      bytes = 0;
    }
  } catch (error) {
    fail(error);
  }
  while (running.size > 0) await change();
  if (failure) throw (failure as { readonly error: unknown }).error;
}

function iteratorOf<T>(parts: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
}
