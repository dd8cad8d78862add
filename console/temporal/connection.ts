/**
 * The console's connection to Temporal, configured as that of the `temporal` CLI: environment, profile, flags.
 *
 * It is made lazily: a console whose Temporal is away starts all the same, and shows what it has kept.
 */
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { type ConnectionFlags, connectionSettings } from '../../client/connection-settings';
import { GrpcStatus } from '../../client/grpc-status';

/** What flags say; what they leave out comes from the environment and the profile. */
export interface TemporalOptions extends ConnectionFlags {
  /** @default the profile's, or `default` */
  readonly namespaces?: readonly string[];
  /** Path of a module that exports `payloadConverterPath`, `payloadCodecs` … as in `ClientOptions.dataConverter`. */
  readonly dataConverter?: DataConverter | undefined;
}

export interface TemporalConnection {
  readonly address: string;
  /** By namespace, in the order in which they were given. */
  readonly clients: ReadonlyMap<string, Client>;
  close(): Promise<void>;
}

const MAX_ATTEMPTS = 3;

/** The SDK's own retries would hide for a minute that the server is busy, and keep it so. */
const retries = defaultGrpcRetryOptions({ maxAttempts: MAX_ATTEMPTS });
const interceptors = [
  makeGrpcRetryInterceptor({
    ...retries,
    retryableDecider: (attempt, status) =>
      status.code !== GrpcStatus.RESOURCE_EXHAUSTED && retries.retryableDecider(attempt, status),
  }),
];

/** Connects at the first call. Throws if the profile or a file it names cannot be read. */
export function connectTemporal(options: TemporalOptions): TemporalConnection {
  const { connectionOptions, namespace } = connectionSettings(options);
  const connection = Connection.lazy({ ...connectionOptions, interceptors });
  const given = options.namespaces ?? [];
  const namespaces = given.length > 0 ? given : [namespace ?? 'default'];
  const { dataConverter } = options;
  const clients = new Map(
    [...new Set(namespaces)].map((name) => [
      name,
      new Client({ connection, namespace: name, ...(dataConverter && { dataConverter }) }),
    ]),
  );
  return { address: connectionOptions.address, clients, close: () => connection.close() };
}
