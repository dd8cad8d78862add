/** Errors of the SDK's native connection, as the commands show them. */
import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionProblem } from '../client/connection-problem';

describe('a connection that fails', () => {
  const table: readonly [string, string, string][] = [
    [
      'because nothing listens',
      'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
      'got: Connection refused',
    ],
    [
      'because the host has no address',
      'tonic::transport::Error(Transport, ConnectError(ConnectError("dns error", Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" })))',
      'got: failed to lookup address information: Name or service not known',
    ],
    [
      'because the server has no TLS',
      'tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidMessage(InvalidContentType) }))',
      'got an answer of another protocol',
    ],
    [
      'because the server speaks only HTTP/1',
      `Failed to call GetSystemInfo: code: 'Unknown error', message: "h2 protocol error: http2 error", source: tonic::transport::Error(Transport, hyper::Error(Http2, Error { kind: GoAway(b"", FRAME_SIZE_ERROR, Library) }))`,
      'got an answer of another protocol',
    ],
    ['for another reason', 'no such reason', 'got: no such reason'],
  ];
  for (const [what, message, got] of table)
    it(what, () => {
      equal(
        connectionProblem(new Error(message)),
        `expected a Temporal server, ${got}; check --address and the --tls options, or start the server`,
      );
    });
});
