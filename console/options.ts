/**
 * Options of the console, from its command line.
 */
import type { StoreLimits } from './store/index';
import type { TemporalOptions } from './temporal/connection';

/** Options of `startConsole`. All are optional. */
export interface ConsoleOptions {
  /** Address to listen on; any but a loopback address needs a token. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port to listen on; 0 for a free one. @default 4318, the default of OTLP/HTTP */
  readonly port?: number | undefined;
  readonly allowedHosts?: readonly string[];
  /** Token that requests need. @default none */
  readonly token?: string | undefined;
  readonly temporal?: Omit<TemporalOptions, 'dataConverter'>;
  /** Path of a module that exports the data converter of the workers and clients. */
  readonly dataConverter?: string | undefined;
  /** Path of the data directory. */
  readonly data?: string | undefined;
  /** Limits of the stored data, by age and size. */
  readonly limits?: Partial<StoreLimits>;
  /**
   * Address of the Redis that holds the sampling policy, to name the rule behind a decision. @default none
   */
  readonly redis?: string | undefined;
  /** Path of a JSON file with the workers' option `sampling`. */
  readonly sampling?: string | undefined;
  /** Path of an alert configuration; with it, this process watches the jobs. @default none */
  readonly alerts?: string | undefined;
  /** Path of a module that exports `redact` and `secrets`, as options of `startJobWatcher`. */
  readonly alertsModule?: string | undefined;
  /** Address of the Temporal Web UI. */
  readonly webUi?: string | undefined;
  /** Interval between polls of Temporal, in milliseconds. @default 2000 while a page is open, else 5000 */
  readonly pollMs?: number | undefined;
}
