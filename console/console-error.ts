/**
 * An error that the user can fix; its message names the fix, and is printed without a stack.
 */
export class ConsoleError extends Error {
  override readonly name: string = 'ConsoleError';
}

/** Thrown for invalid command-line arguments. */
export class ConsoleUsageError extends ConsoleError {
  override readonly name = 'ConsoleUsageError';
}
