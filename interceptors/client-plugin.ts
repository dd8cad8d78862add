/**
 * `temporal-job-tracing/client-plugin`: the client part of `JobTracingPlugin`, for processes that start runs
 * and have no worker. Loads neither `@temporalio/worker` nor an OpenTelemetry SDK.
 */
import type { ClientOptions, ClientPlugin, ConnectionPlugin } from '@temporalio/client';
import { compileCarryBaggage } from '../core/carry-baggage';
import { checkNames } from '../core/util/option-error';
import { withClientInterceptors } from './client';

/** Options of {@link JobTracingClientPlugin}. */
export interface JobTracingClientOptions {
  /**
   * Names of the caller's baggage entries that the started runs carry on; `[]` for none. Other entries do not
   * get into the runs' histories, which have baggage in the clear: a payload codec does not encode headers.
   *
   * @default all entries
   */
  readonly carryBaggage?: readonly string[] | undefined;
}

const SUBJECT = 'JobTracingClientPlugin';
const NAMES = Object.keys({ carryBaggage: true } satisfies Record<keyof JobTracingClientOptions, true>);

/**
 * Temporal client plugin that links each run to the span that started it, and adds the start option `job`.
 *
 * Pass it in `plugins` of a client or a connection; passed in both, or together with `JobTracingPlugin`, it
 * takes effect once.
 *
 * @example
 * ```ts
 * const client = new Client({ connection, plugins: [new JobTracingClientPlugin()] });
 * ```
 */
export class JobTracingClientPlugin implements ClientPlugin, ConnectionPlugin {
  readonly name = 'temporal-job-tracing';
  readonly #carryBaggage: string;

  /** @throws {OptionError} with the option's name, the expectation and the value */
  constructor(options: JobTracingClientOptions = {}) {
    checkNames(SUBJECT, options, NAMES);
    this.#carryBaggage = compileCarryBaggage(options.carryBaggage, SUBJECT);
  }

  configureClient(options: ClientOptions): ClientOptions {
    const { interceptors } = options;
    return { ...options, interceptors: withClientInterceptors(SUBJECT, interceptors, this.#carryBaggage) };
  }
}
