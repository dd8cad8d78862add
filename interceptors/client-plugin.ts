/**
 * `temporal-job-tracing/client-plugin`: what `JobTracingPlugin` does for clients, for processes that start runs and are
 * no workers. It loads neither `@temporalio/worker` nor an OpenTelemetry SDK.
 */
import type { ClientOptions, ClientPlugin, ConnectionPlugin } from '@temporalio/client';
import { withClientInterceptors } from './client';

/**
 * Links each run to the span that started it, and understands the start option `job`.
 *
 * Takes its place in `plugins` of a client or a connection; given twice, or beside a `JobTracingPlugin`, it counts once.
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
