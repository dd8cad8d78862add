/**
 * Runs children in a window: starts them one after the other, at most so many at the same time, and never with
 * more bytes in one workflow task than the task's completion can hold.
 *
 * Sandbox code: no timers; deterministic.
 */
import { CancellationScope } from '@temporalio/workflow';
import { CHILD_OVERHEAD_BYTES, MAX_TASK_BYTES } from './plan';

/** A child whose start has been requested. */
export interface WindowChild {
  /** Settles when the child has started, or could not be started. */
  readonly started: Promise<unknown>;
  /** Size of the child's argument as JSON, in bytes. */
  readonly argumentBytes: number;
  readonly cancel: () => void;
}

/**
 * Callback for the end of a child, called once, whatever the child's result. An error stops the window: it starts no
 * further child and cancels the running ones.
 */
export type OnChildEnd = (stop?: { readonly error: unknown }) => void;

/**
 * Runs a child for each part and resolves when all children have ended.
 *
 * Creates few promises per child, since the SDK takes a stack trace of each: it awaits neither a part nor a place in
 * the window that is already there. Creates no cancellation scope: entering one makes the SDK track every promise in
 * the thread.
 *
 * @param size most children that run at the same time
 * @param start starts the child of a part
 * @throws the first error that stopped the window, or the cancellation, after all children have ended
 */
export async function runInWindow<T>(
  parts: AsyncIterable<T> | Iterable<T>,
  size: number,
  start: (part: T, onEnd: OnChildEnd) => WindowChild,
): Promise<void> {
  const scope = CancellationScope.current();
  const running = new Set<WindowChild>();
  let stopped: { readonly error: unknown } | undefined;
  let bytesInTask = 0;
  let wake = () => {};
  let stopWaitingForPart = () => {};
  const stopping = new Promise<undefined>((resolve) => {
    stopWaitingForPart = () => resolve(undefined);
  });

  /** Resolves when a child has ended or the window has been stopped. */
  const childEndOrStop = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  function stop(error: unknown): void {
    if (stopped) return;
    stopped = { error };
    // In a cancelled scope, the SDK has cancelled the children itself.
    if (!scope.consideredCancelled) for (const child of running) child.cancel();
    stopWaitingForPart();
    wake();
  }

  function startPart(part: T): WindowChild {
    const child = start(part, (reason) => {
      running.delete(child);
      if (reason) stop(reason.error);
      wake();
    });
    running.add(child);
    bytesInTask += child.argumentBytes + CHILD_OVERHEAD_BYTES;
    return child;
  }

  // In a scope that cannot be cancelled, `cancelRequested` rejects as well.
  void scope.cancelRequested.catch((error) => scope.consideredCancelled && stop(error));
  try {
    const iterator = iteratorOf(parts);
    for (;;) {
      const step = iterator.next();
      const next = step instanceof Promise ? await Promise.race([step, stopping]) : step;
      if (next === undefined || next.done) break;
      while (running.size >= size && !stopped) await childEndOrStop();
      if (stopped) break;
      const child = startPart(next.value);
      if (bytesInTask < MAX_TASK_BYTES) continue;
      // The server confirms a start in a later task than the one that requested it.
      await child.started.catch(() => {});
      bytesInTask = 0;
    }
  } catch (error) {
    stop(error);
  }
  while (running.size > 0) await childEndOrStop();
  if (stopped) throw (stopped as { readonly error: unknown }).error;
}

function iteratorOf<T>(parts: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in parts ? parts[Symbol.asyncIterator]() : parts[Symbol.iterator]();
}
