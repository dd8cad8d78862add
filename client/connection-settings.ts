/**
 * How the package's programs connect to Temporal. They are configured like the `temporal` CLI: by
 * environment, profile and flags.
 */
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { defined } from '../core/util/defined';

/** Connection settings from flags; what is left out comes from the environment and the profile. */
export interface ConnectionFlags {
  readonly address?: string | undefined;
  readonly profile?: string | undefined;
  readonly configFile?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly tls?: boolean | undefined;
  /** Path of the client certificate, a PEM file. */
  readonly tlsCertPath?: string | undefined;
  /** Path of the client's private key, a PEM file. */
  readonly tlsKeyPath?: string | undefined;
  /** Path of the server's CA certificate, a PEM file. */
  readonly tlsCaPath?: string | undefined;
  readonly tlsServerName?: string | undefined;
}

export interface ConnectionSettings {
  /** Options for a `Connection` or a `NativeConnection`. */
  readonly connectionOptions: Pick<ConnectionOptions, 'address' | 'tls' | 'metadata' | 'apiKey'> & {
    readonly address: string;
  };
  /** Namespace that the profile names. */
  readonly namespace?: string;
}

const DEFAULT_ADDRESS = 'localhost:7233';

/**
 * Returns the connection settings of flags, environment and profile, in this order of precedence.
 *
 * @throws {Error} if the profile, or a file that it names, cannot be read
 */
export function connectionSettings(flags: ConnectionFlags): ConnectionSettings {
  const { profile, configFile } = flags;
  const found = loadClientConfigProfile({
    ...defined({ profile }),
    ...(configFile !== undefined && { configSource: { path: configFile } }),
  });
  const { connectionOptions, namespace } = toClientOptions({
    ...found,
    ...defined({ address: flags.address, apiKey: flags.apiKey }),
    ...tlsOf(flags, found.tls),
  });
  const { address = DEFAULT_ADDRESS, tls, metadata, apiKey } = connectionOptions;
  return {
    connectionOptions: { address, ...defined({ tls, metadata, apiKey }) },
    ...defined({ namespace }),
  };
}

type Tls = NonNullable<Parameters<typeof toClientOptions>[0]['tls']>;

function tlsOf(flags: ConnectionFlags, found: Tls | undefined): { tls?: Tls } {
  const { tls, tlsCertPath, tlsKeyPath, tlsCaPath, tlsServerName } = flags;
  const file = (path: string | undefined) => (path === undefined ? undefined : { path });
  const fromFlags = defined({
    clientCert: file(tlsCertPath),
    clientKey: file(tlsKeyPath),
    serverCACert: file(tlsCaPath),
    serverName: tlsServerName,
  });
  if (tls === false) return { tls: { disabled: true } };
  return tls || found || Object.keys(fromFlags).length > 0 ? { tls: { ...found, ...fromFlags } } : {};
}
