/**
 * Notes the errors that fail a workflow task instead of the run (anything but a `TemporalFailure`).
 *
 * Sandbox code. The task is tried again, so the same error is seen each time: the host keeps one note a run,
 * and puts it on the root when that goes out.
 */
import { TemporalFailure } from '@temporalio/common';
import { ContinueAsNew, workflowInfo } from '@temporalio/workflow';
import { cut } from '../shared/attribute-limits';
import type { JobTracingSinks } from '../shared/span-record';
import { untracked } from './observe';
import type { RunState } from './run-state';

export class TaskErrors {
  readonly #state: RunState;
  readonly #sink: JobTracingSinks['jobTracing'];
  #noted = false;

  constructor(state: RunState, sink: JobTracingSinks['jobTracing']) {
    this.#state = state;
    this.#sink = sink;
  }

  /** Watches the outcome of user code; returns `promise` itself. */
  watch<T>(promise: Promise<T>): Promise<T> {
    if (this.#state.tracer) void untracked(promise.then(undefined, (error) => this.#note(error)));
    return promise;
  }

  /** Call when an activation ended well: what was noted in it was no task failure. */
  settle(): void {
    if (this.#noted) this.#sink.settled();
    this.#noted = false;
  }

  #note(error: unknown): void {
    const failsRun = error instanceof TemporalFailure || error instanceof ContinueAsNew;
    if (failsRun || this.#noted || workflowInfo().unsafe.isReplaying) return;
    this.#noted = true;
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' };
    this.#sink.taskFailed({ type: cut(String(name)), message: cut(String(message)) });
  }
}
