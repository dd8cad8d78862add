/**
 * Settings of the trace export from the standard `OTEL_*` variables. Pure.
 *
 * An invalid value is reported with a remedy and never throws: it comes from a deployment, and tracing must
 * not stop a job.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { MAX_STRING_LENGTH } from '../core/attribute-limits';
import type { BatchSettings } from './bounded-processor';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ExportSettings {
  /** Value of `OTEL_SDK_DISABLED`; if true, nothing is set up. */
  readonly disabled: boolean;
  readonly exporters: ReadonlySet<'otlp' | 'console'>;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Address for log messages, without credentials and query. */
  readonly endpoint: string;
  readonly batches: BatchSettings;
  /** Most characters of a string in a span. */
  readonly maxLength: number;
  /** One sentence about each invalid or unsupported value. */
  readonly problems: readonly string[];
}

/**
 * Export delay in milliseconds; shorter than the standard 5 s, since waiting spans are lost if a worker is
 * killed.
 */
const DEFAULT_DELAY_MS = 1_000;
const DEFAULT_ENDPOINT = 'http://localhost:4318';
/** The default sampler, and the only one that works with the plugin. */
const RIGHT_SAMPLER = 'parentbased_always_on';
/**
 * Samplers that decide about an activity by themselves. The `parentbased_…` ones follow the decision of the run, the
 * remote parent of its activities, whatever they do with root spans.
 */
const IGNORES_PARENT = new Set(['always_on', 'always_off', 'traceidratio']);

/** Returns the settings in the variables. Never throws. */
export function readExportSettings(env: Environment): ExportSettings {
  const problems: string[] = [];
  const names = list(env, 'OTEL_TRACES_EXPORTER') ?? ['otlp'];
  const exporters = new Set<'otlp' | 'console'>();
  for (const name of names.includes('none') ? [] : names) {
    if (name === 'otlp' || name === 'console') exporters.add(name);
    else {
      problems.push(
        `OTEL_TRACES_EXPORTER=${name} is not supported and exports nothing. Set it to otlp, console or none, ` +
          'or give the plugin { spanProcessors } with an exporter of your own',
      );
    }
  }
  const protocol = exporters.has('otlp') ? protocolOf(env, problems) : 'http/protobuf';
  if (protocol === undefined) exporters.delete('otlp');
  return {
    disabled: text(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    exporters,
    protocol: protocol ?? 'http/protobuf',
    endpoint: exporters.has('otlp') ? endpointOf(env, problems) : '',
    batches: {
      maxQueueSize: positive(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2_048),
      maxExportBatchSize: positive(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
      scheduledDelayMs: positive(env, 'OTEL_BSP_SCHEDULE_DELAY', DEFAULT_DELAY_MS),
      exportTimeoutMs: positive(env, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000),
    },
    maxLength: positive(
      env,
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      positive(env, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', MAX_STRING_LENGTH),
    ),
    problems,
  };
}

function protocolOf(env: Environment, problems: string[]): ExportSettings['protocol'] | undefined {
  const name = text(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL')
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const value = text(env, name) ?? 'http/protobuf';
  if (value === 'http/protobuf' || value === 'http/json') return value;
  problems.push(
    `${name}=${value} is not supported and nothing is exported by OTLP. Set it to http/protobuf or http/json ` +
      '(most collectors take both on port 4318), or give the plugin { spanProcessors } with an exporter of your own',
  );
  return undefined;
}

function endpointOf(env: Environment, problems: string[]): string {
  const specific = text(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const name = specific ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const base = specific ?? text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? DEFAULT_ENDPOINT;
  try {
    const { protocol, host, pathname } = new URL(base);
    if (protocol === 'http:' || protocol === 'https:') {
      const address = `${protocol}//${host}${pathname}`;
      return specific ? address : `${address.replace(/\/$/, '')}/v1/traces`;
    }
  } catch {
    // Named below.
  }
  problems.push(
    `${name} is not a URL with http: or https:, so spans cannot be sent. Set it as in ${DEFAULT_ENDPOINT}`,
  );
  return `the endpoint in ${name}`;
}

/**
 * Returns a sentence about the sampler in `OTEL_TRACES_SAMPLER`, which does not decide about runs: it is applied to
 * their activities only. `undefined` for {@link RIGHT_SAMPLER}, and if it is not set. Never throws.
 */
export function ignoredSampler(env: Environment): string | undefined {
  const sampler = text(env, 'OTEL_TRACES_SAMPLER');
  if (sampler === undefined || sampler === RIGHT_SAMPLER) return undefined;
  const ratio = JSON.stringify({ default: ratioOf(sampler, text(env, 'OTEL_TRACES_SAMPLER_ARG')) });
  const instead = `Set it to ${RIGHT_SAMPLER}; which runs are sampled is the plugin's option 'sampling', or JOB_TRACING_SAMPLING=${ratio}`;
  return IGNORES_PARENT.has(sampler)
    ? `OTEL_TRACES_SAMPLER=${sampler} does not follow the decision of the run, so activities are missing from ` +
        `traces or exported without their run. ${instead}`
    : `OTEL_TRACES_SAMPLER=${sampler} does not decide which runs are sampled. ${instead}`;
}

/** Returns the share of traces that the sampler would sample, from 0 to 1. */
function ratioOf(sampler: string, argument = ''): number {
  if (sampler.endsWith('always_off')) return 0;
  const ratio = sampler.endsWith('traceidratio') ? Number.parseFloat(argument) : 1;
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}

/**
 * Returns sentences about values that remove activities from their traces, or export them without a trace: the
 * process's sampler and propagators apply to spans of activities, not of workflows. Never throws.
 */
export function brokenTraces(env: Environment): readonly string[] {
  const problems: string[] = [];
  const sampler = ignoredSampler(env);
  if (sampler) problems.push(sampler);
  const propagators = list(env, 'OTEL_PROPAGATORS');
  if (propagators && !propagators.includes('tracecontext')) {
    problems.push(
      `OTEL_PROPAGATORS=${propagators.join(',')} lacks tracecontext, so services called by activities get no ` +
        `traceparent. Set it to ${['tracecontext', ...propagators.filter((name) => name !== 'none')].join(',')}`,
    );
  }
  return problems;
}

function text(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function list(env: Environment, name: string): string[] | undefined {
  const values = text(env, name)
    ?.split(',')
    .map((value) => value.trim())
    .filter(Boolean);
  return values?.length ? values : undefined;
}

function positive(env: Environment, name: string, byDefault: number): number {
  const value = Number(text(env, name));
  return Number.isInteger(value) && value > 0 ? value : byDefault;
}
