/**
 * The console's connection to Temporal, configured like the `temporal` CLI: by environment, profile, and
 * flags.
 *
 * It connects lazily, so that the console starts and shows its own data while Temporal is away.
 */
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { type ConnectionFlags, connectionSettings } from '../../client/connection-settings';
import { GrpcStatus } from '../../client/grpc-status';

/** Connection settings from flags; others come from the environment and the profile. */
export interface TemporalOptions extends ConnectionFlags {
  /** Namespaces to watch. @default the profile's, or `default` */
  readonly namespaces?: readonly string[];
  /** Data converter of the workers and clients. @default none */
  readonly dataConverter?: DataConverter | undefined;
}

/** A connection with a client for each namespace. */
export interface TemporalConnection {
  readonly address: string;
  /** Clients by namespace, in the order of the command line. */
  readonly clients: ReadonlyMap<string, Client>;
  close(): Promise<void>;
}

const MAX_ATTEMPTS = 3;

/** The SDK's own retries would hide for a minute that the server refuses calls, and add to its load. */
const retries = defaultGrpcRetryOptions({ maxAttempts: MAX_ATTEMPTS });
const interceptors = [
  makeGrpcRetryInterceptor({
    ...retries,
    retryableDecider: (attempt, status) =>
      status.code !== GrpcStatus.RESOURCE_EXHAUSTED && retries.retryableDecider(attempt, status),
  }),
];

/**
 * Creates the connection, which connects at the first call. Throws if the profile, or a file that it names,
 * cannot be read.
 */
export function connectTemporal(options: TemporalOptions): TemporalConnection {
  const { connectionOptions, namespace } = connectionSettings(options);
  const connection = Connection.lazy({ ...connectionOptions, interceptors });
  const fromFlags = options.namespaces ?? [];
  const namespaces = fromFlags.length > 0 ? fromFlags : [namespace ?? 'default'];
  const { dataConverter } = options;
  const clients = new Map(
    [...new Set(namespaces)].map((name) => [
      name,
      new Client({ connection, namespace: name, ...(dataConverter && { dataConverter }) }),
    ]),
  );
  return { address: connectionOptions.address, clients, close: () => connection.close() };
}
