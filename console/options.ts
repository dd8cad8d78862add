/**
 * Options of the console, as its command line has them.
 */
import type { StoreLimits } from './store/index';
import type { TemporalOptions } from './temporal/connection';

export interface ConsoleOptions {
  /** Address to listen at. Any but a loopback one needs a token. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port to listen at; 0 for a free one. @default 4318, the default of OTLP/HTTP */
  readonly port?: number | undefined;
  readonly allowedHosts?: readonly string[];
  /** @default none */
  readonly token?: string | undefined;
  readonly temporal?: Omit<TemporalOptions, 'dataConverter'>;
  /** Path of a module that exports the data converter of the workers and clients. */
  readonly dataConverter?: string | undefined;
  /** Path of the data directory. */
  readonly data?: string | undefined;
  /** How much is kept. */
  readonly limits?: Partial<StoreLimits>;
  /** Address of Redis with the sampling policy: names the rule behind a decision. */
  readonly redis?: string | undefined;
  /** Path of a JSON file with the workers' option `sampling`. */
  readonly sampling?: string | undefined;
  /** Path of a configuration of alerts: this process watches the jobs. @default none */
  readonly alerts?: string | undefined;
  /** Path of a module that exports `redact` and `secrets`, as options of `startJobWatcher`. */
  readonly alertsModule?: string | undefined;
  /** Address of Temporal's Web UI. */
  readonly webUi?: string | undefined;
  /** Between polls of Temporal, milliseconds. @default 2000 while a page is open, 5000 while none is */
  readonly pollMs?: number | undefined;
}
