/**
 * Why a command of the console does not do its work: one line that says what to do. Nobody needs a stack for it.
 */
export class ConsoleError extends Error {
  override readonly name: string = 'ConsoleError';
}

/** Arguments that mean nothing. */
export class ConsoleUsageError extends ConsoleError {
  override readonly name = 'ConsoleUsageError';
}
