/**
 * The command-line flags with which the package's programs connect to Temporal, for Node's `parseArgs`. They
 * are named like those of the `temporal` CLI.
 */
import type { ConnectionFlags } from './connection-settings';

/** The connection flags, for the `options` of `parseArgs`. */
export const CONNECTION_FLAGS = {
  address: { type: 'string' },
  namespace: { type: 'string', multiple: true },
  profile: { type: 'string' },
  'config-file': { type: 'string' },
  'api-key': { type: 'string' },
  tls: { type: 'boolean' },
  'tls-cert-path': { type: 'string' },
  'tls-key-path': { type: 'string' },
  'tls-ca-path': { type: 'string' },
  'tls-server-name': { type: 'string' },
} as const;

/** The lines of a program's usage that describe the connection flags. */
export const CONNECTION_USAGE = `Connection to Temporal, as with the temporal CLI (TEMPORAL_ADDRESS …, profiles)
  --address <host:port>     default localhost:7233
  --namespace <name>        may be repeated; default: the profile's, or "default"
  --profile <name>          profile of the configuration file
  --config-file <path>      configuration file of the temporal CLI
  --api-key <key>           API key of Temporal Cloud
  --tls                     connect with TLS
  --tls-cert-path <path>    client certificate (PEM)
  --tls-key-path <path>     private key of the client (PEM)
  --tls-ca-path <path>      CA certificate of the server (PEM)
  --tls-server-name <name>  name in the server's certificate`;

type Values = Readonly<
  Partial<Record<Exclude<keyof typeof CONNECTION_FLAGS, 'namespace' | 'tls'>, string | undefined>>
> & { readonly tls?: boolean | undefined };

/** Returns the flags that `parseArgs` has read, except `namespace`, which each program reads itself. */
export function connectionFlags(values: Values): ConnectionFlags {
  return {
    address: values.address,
    profile: values.profile,
    configFile: values['config-file'],
    apiKey: values['api-key'],
    tls: values.tls,
    tlsCertPath: values['tls-cert-path'],
    tlsKeyPath: values['tls-key-path'],
    tlsCaPath: values['tls-ca-path'],
    tlsServerName: values['tls-server-name'],
  };
}
