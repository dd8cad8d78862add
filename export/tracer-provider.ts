/**
 * The tracer provider for a process that has none, with the sampler and the span limits from the `OTEL_*` variables,
 * which the provider does not read itself.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { diag } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  type SpanLimits,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { defined } from '../core/util/defined';

const SAMPLERS: ReadonlyMap<string, () => Sampler> = new Map<string, () => Sampler>([
  ['always_on', () => new AlwaysOnSampler()],
  ['always_off', () => new AlwaysOffSampler()],
  ['traceidratio', () => new TraceIdRatioBasedSampler(ratioFromEnvironment())],
  ['parentbased_always_on', () => new ParentBasedSampler({ root: new AlwaysOnSampler() })],
  ['parentbased_always_off', () => new ParentBasedSampler({ root: new AlwaysOffSampler() })],
  [
    'parentbased_traceidratio',
    () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratioFromEnvironment()) }),
  ],
]);

/** Returns the provider, not yet registered. */
export function createTracerProvider(resource: Resource, spanProcessor: SpanProcessor): TracerProvider {
  const sampler = samplerFromEnvironment();
  const spanLimits = spanLimitsFromEnvironment();
  return new TracerProvider(defined({ resource, spanProcessors: [spanProcessor], spanLimits, sampler }));
}

/** Returns the sampler; `undefined` for the provider's default, `parentbased_always_on`. */
function samplerFromEnvironment(): Sampler | undefined {
  const name = getStringFromEnv('OTEL_TRACES_SAMPLER');
  if (name === undefined) return undefined;
  const create = SAMPLERS.get(name);
  if (!create) diag.error(`OTEL_TRACES_SAMPLER: there is no sampler "${name}"`);
  return create?.();
}

function ratioFromEnvironment(): number {
  const ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG');
  if (ratio !== undefined && ratio >= 0 && ratio <= 1) return ratio;
  diag.error(`OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got ${ratio}, so it is 1`);
  return 1;
}

function spanLimitsFromEnvironment(): SpanLimits {
  return defined({
    attributeCountLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? getNumberFromEnv('OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
      getNumberFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    eventCountLimit: getNumberFromEnv('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: getNumberFromEnv('OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT'),
    attributePerLinkCountLimit: getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'),
  });
}
