/**
 * An example service's OpenTelemetry set-up: the ordinary one, as in OpenTelemetry's own documentation.
 *
 * Loaded before everything else (`node --require`), because instrumentations patch what is loaded after
 * them. What the service is called and where spans go is said by the standard `OTEL_*` variables. Nothing here
 * knows of Temporal.
 *
 * @see https://opentelemetry.io/docs/languages/js/getting-started/nodejs/
 */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] });
sdk.start();

/** Sends what has not been sent yet and ends tracing. */
export async function stopTelemetry(): Promise<void> {
  await sdk.shutdown();
}
