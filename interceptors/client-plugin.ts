/**
 * `temporal-job-tracing/client-plugin`: the client part of `JobTracingPlugin`, for processes that start runs
 * and have no worker. Loads neither `@temporalio/worker` nor an OpenTelemetry SDK.
 */
import type { ClientOptions, ClientPlugin, ConnectionPlugin } from '@temporalio/client';
import { withClientInterceptors } from './client';

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

  configureClient(options: ClientOptions): ClientOptions {
    return { ...options, interceptors: withClientInterceptors(options.interceptors) };
  }
}
