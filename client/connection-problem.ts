/**
 * The reason why a native connection could not be made, in words. The SDK's error has the structures of its gRPC library.
 * Pure.
 */

/** The innermost text in the error of `NativeConnection.connect`. */
const INNERMOST = /(?:message|error): "((?:[^"\\]|\\.)*)"(?!.*(?:message|error): ")/s;
const NO_GRPC = /InvalidContentType|InvalidMessage|Http2/;

/** Returns the reason and what to check. Never throws. */
export function connectionProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const expected = 'expected a Temporal server';
  const advice = 'check --address and the --tls options, or start the server';
  if (NO_GRPC.test(message)) return `${expected}, got an answer of another protocol; ${advice}`;
  return `${expected}, got: ${INNERMOST.exec(message)?.[1] ?? message}; ${advice}`;
}
