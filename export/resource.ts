/**
 * The resource of workflow and activity spans, detected once so that both kinds share it.
 *
 * Uses the detectors and variables of `NodeSDK`.
 */
import { getStringListFromEnv } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  type Resource,
  type ResourceDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';

const DETECTORS: ReadonlyMap<string, ResourceDetector> = new Map([
  ['env', envDetector],
  ['host', hostDetector],
  ['os', osDetector],
  ['process', processDetector],
  ['serviceinstance', serviceInstanceIdDetector],
]);
const DEFAULT_DETECTORS = ['env', 'process', 'host'];

/**
 * Detects the resource by `OTEL_NODE_RESOURCE_DETECTORS`, `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`.
 */
export function detectResource(): Resource {
  const wanted = getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS') ?? DEFAULT_DETECTORS;
  const names = wanted.includes('all') ? [...DETECTORS.keys()] : wanted;
  const detectors = names.flatMap((name) => DETECTORS.get(name) ?? []);
  return defaultResource().merge(detectResources({ detectors }));
}
