/**
 * The error of the store: a readable message, and a code.
 */

/**
 * Why a call of the store failed:
 * - `no-driver`: there is no SQLite; `locked`: another process uses the directory; `directory`: it cannot be
 *   used;
 * - `full`: no space on the disk; `overloaded`: more arrives than can be written; both are temporary;
 * - `closed`: the store was closed; `failed`: any other problem.
 */
export type StoreProblem = 'no-driver' | 'locked' | 'directory' | 'full' | 'overloaded' | 'closed' | 'failed';

/** A call of the store that failed. */
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
