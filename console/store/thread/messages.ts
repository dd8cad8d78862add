/**
 * Messages between the store's thread and the rest of the console. Types only.
 */
import type { StoreLimits } from '../limits';
import type { ProfileStore } from '../runs/profile-store';
import type { RunStore } from '../runs/run-store';
import type { SpanStore } from '../spans/span-store';
import type { RawRequest, WriteResult } from '../spans/write-requests';
import type { StoreProblem } from '../store-error';

/** Options of the thread. */
export interface ThreadOptions {
  readonly directory: string;
  readonly limits: StoreLimits;
}

/** Calls to the thread: synchronous in the thread, promises outside. */
export interface StoreCalls
  extends Pick<
      RunStore,
      | 'addRuns'
      | 'fillCursor'
      | 'jobs'
      | 'runs'
      | 'run'
      | 'runsOfTrace'
      | 'runsOfWorkflow'
      | 'neighbours'
      | 'successes'
      | 'markForgotten'
    >,
    Pick<ProfileStore, 'putProfile' | 'profiles'> {
  /** Writes the requests in one commit. */
  write(requests: readonly RawRequest[]): WriteResult;
  readTrace(traceId: string): ReturnType<SpanStore['read']>;
  spanStatus(): ReturnType<SpanStore['status']>;
  /** Closes all files; no call may follow. */
  close(): void;
}

export type CallName = keyof StoreCalls;

/** A call to the thread. */
export interface Call {
  readonly id: number;
  readonly name: CallName;
  readonly parameters: readonly unknown[];
}

/** An error in the form in which it leaves the thread. */
export interface ThreadError {
  readonly problem: StoreProblem;
  readonly message: string;
}

/** Messages from the thread: first whether it is ready, then a reply to each call. */
export type Reply =
  | { readonly ready: { readonly notices: readonly string[] } }
  | { readonly failed: ThreadError }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ThreadError };
