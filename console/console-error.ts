/**
 * Why the console does not start: one line that says what to do. Nothing else is wrong, so nobody needs a stack.
 */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
}
