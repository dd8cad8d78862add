/**
 * The error of the store: one line for people, and a code for programs.
 */

/**
 * - `no-driver`: no SQLite; `locked`: another process uses the directory; `directory`: it cannot be used;
 * - `full`: no space on the disk; `overloaded`: more comes in than can be written; both pass;
 * - `closed`: the store was closed; `failed`: anything else.
 */
export type StoreProblem = 'no-driver' | 'locked' | 'directory' | 'full' | 'overloaded' | 'closed' | 'failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly problem: StoreProblem,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}
