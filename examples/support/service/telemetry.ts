/**
 * OpenTelemetry set-up of an example's service, as in OpenTelemetry's own documentation.
 *
 * Loaded before everything else (`node --require`), because instrumentations patch modules that are loaded after
 * them. The service's name and the address for spans are in the standard `OTEL_*` variables. Nothing here depends on
 * Temporal.
 *
 * @see https://opentelemetry.io/docs/languages/js/getting-started/nodejs/
 */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();

/** Exports the remaining spans and ends tracing. */
export async function stopTelemetry(): Promise<void> {
  await sdk.shutdown();
}
