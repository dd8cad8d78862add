/**
 * The console's connection to Temporal, configured as that of the `temporal` CLI: environment, profile, flags.
 *
 * It is made lazily: a console whose Temporal is away starts all the same, and shows what it has kept.
 */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { defined } from '../../core/util/defined';

/** What flags say; what they leave out comes from the environment and the profile. */
export interface TemporalOptions {
  readonly address?: string | undefined;
  /** @default the profile's, or `default` */
  readonly namespaces?: readonly string[];
  readonly profile?: string | undefined;
  readonly configFile?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly tls?: boolean | undefined;
  /** Paths of PEM files. */
  readonly tlsCertPath?: string | undefined;
  readonly tlsKeyPath?: string | undefined;
  readonly tlsCaPath?: string | undefined;
  readonly tlsServerName?: string | undefined;
  /** Path of a module that exports `payloadConverterPath`, `payloadCodecs` … as in `ClientOptions.dataConverter`. */
  readonly dataConverter?: DataConverter | undefined;
}

export interface TemporalConnection {
  readonly address: string;
  /** By namespace, in the order in which they were given. */
  readonly clients: ReadonlyMap<string, Client>;
  close(): Promise<void>;
}

const DEFAULT_ADDRESS = 'localhost:7233';

/** Connects at the first call. Throws if the profile or a file it names cannot be read. */
export function connectTemporal(options: TemporalOptions): TemporalConnection {
  const { connectionOptions, namespace } = settingsOf(options);
  const connection = Connection.lazy(connectionOptions);
  const given = options.namespaces ?? [];
  const namespaces = given.length > 0 ? given : [namespace ?? 'default'];
  const { dataConverter } = options;
  const clients = new Map(
    [...new Set(namespaces)].map((name) => [
      name,
      new Client({ connection, namespace: name, ...(dataConverter && { dataConverter }) }),
    ]),
  );
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  return { address, clients, close: () => connection.close() };
}

function settingsOf(options: TemporalOptions): {
  readonly connectionOptions: ConnectionOptions;
  readonly namespace?: string;
} {
  const { profile, configFile } = options;
  const found = loadClientConfigProfile({
    ...defined({ profile }),
    ...(configFile !== undefined && { configSource: { path: configFile } }),
  });
  const flags = defined({ address: options.address, apiKey: options.apiKey });
  const { connectionOptions, namespace } = toClientOptions({
    ...found,
    ...flags,
    ...tlsOf(options, found.tls),
  });
  const { address, tls, metadata, apiKey } = connectionOptions;
  return {
    connectionOptions: defined({
      address: address ?? DEFAULT_ADDRESS,
      tls,
      metadata,
      apiKey,
    }) as ConnectionOptions,
    ...defined({ namespace }),
  };
}

type Tls = NonNullable<Parameters<typeof toClientOptions>[0]['tls']>;

function tlsOf(options: TemporalOptions, found: Tls | undefined): { tls?: Tls } {
  const { tls, tlsCertPath, tlsKeyPath, tlsCaPath, tlsServerName } = options;
  const file = (path: string | undefined) => (path === undefined ? undefined : { path });
  const given = defined({
    clientCert: file(tlsCertPath),
    clientKey: file(tlsKeyPath),
    serverCACert: file(tlsCaPath),
    serverName: tlsServerName,
  });
  if (tls === false) return { tls: { disabled: true } };
  return tls || found || Object.keys(given).length > 0 ? { tls: { ...found, ...given } } : {};
}
