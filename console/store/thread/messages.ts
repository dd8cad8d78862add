/**
 * What the store's thread and the rest of the console say to each other. Types only.
 */
import type { StoreLimits } from '../limits';
import type { ProfileStore } from '../runs/profile-store';
import type { RunStore } from '../runs/run-store';
import type { SpanStore } from '../spans/span-store';
import type { RawRequest, WriteResult } from '../spans/write-requests';
import type { StoreProblem } from '../store-error';

/** What the thread is started with. */
export interface ThreadOptions {
  readonly directory: string;
  readonly limits: StoreLimits;
}

/** What the thread can be asked for: synchronous there, promises everywhere else. */
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
  /** Closes all files. The thread takes no call after this one. */
  close(): void;
}

export type CallName = keyof StoreCalls;

/** To the thread. */
export interface Call {
  readonly id: number;
  readonly name: CallName;
  readonly parameters: readonly unknown[];
}

/** What is left of an error on its way out of the thread. */
export interface ThreadError {
  readonly problem: StoreProblem;
  readonly message: string;
}

/** From the thread: first that it is ready or why not, then an answer to each call. */
export type Reply =
  | { readonly ready: { readonly notices: readonly string[] } }
  | { readonly failed: ThreadError }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ThreadError };
