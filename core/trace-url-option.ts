/**
 * The option `traceUrl`, checked once and compiled into a template. Host code.
 */
import { placeholderValues } from './trace-url';
import { optionError } from './util/option-error';

/**
 * Address of a trace in the tracing back end: a preset, or an http(s) URL with placeholders, at least one of
 * which is `{traceId}` or `{runId}`:
 *
 * - `{traceId}`: 32 hex digits; `{spanId}`: 16 hex digits, the run's root span; `{runId}`: a UUID;
 * - `{startMs}`, `{endMs}` in milliseconds since the epoch, `{startSec}`, `{endSec}` in seconds,
 *   `{startIso}`, `{endIso}` as ISO 8601: the time range to search, from a minute before the run's start to a
 *   minute after its end (a day after its start while it is running).
 */
export type TraceUrlOption = string | TraceUrlPreset;

/**
 * A tracing back end by name; `baseUrl` is the address of its user interface, such as
 * `http://localhost:16686`.
 */
export type TraceUrlPreset =
  | {
      readonly preset: 'console' | 'jaeger' | 'zipkin' | 'datadog' | 'signoz' | 'elastic';
      readonly baseUrl: string;
    }
  | {
      /** Grafana with a Tempo data source. */
      readonly preset: 'tempo';
      /** Address of Grafana, such as `http://localhost:3000`. */
      readonly baseUrl: string;
      /** UID of the Tempo data source: the last part of the address of its settings page. */
      readonly datasourceUid: string;
    }
  | {
      readonly preset: 'honeycomb';
      /** Address of Honeycomb, such as `https://ui.honeycomb.io`. */
      readonly baseUrl: string;
      /** Slug of the team, as in the addresses of Honeycomb's pages. */
      readonly team: string;
      readonly environment: string;
      readonly dataset?: string;
    };

/** Matches a placeholder in a template; its name is the first group. */
const PLACEHOLDER = /\{([A-Za-z]\w*)\}/g;

/** Members of presets besides `preset` and `baseUrl`. */
const PRESET_MEMBERS: Readonly<Partial<Record<TraceUrlPreset['preset'], readonly string[]>>> = Object.freeze({
  tempo: ['datasourceUid'],
  honeycomb: ['team', 'environment', 'dataset'],
});

/** Throws an error about the option of this name. */
type Reject = (name: string, expectation: string, value: unknown) => never;

/**
 * Compiles the option into a template for {@link fillTraceUrl}.
 *
 * @param subject class that takes the option, such as `JobClient`
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function compileTraceUrl(option: TraceUrlOption, subject: string): string {
  const reject: Reject = (name, expectation, value) => {
    // A user name and a password stay hidden.
    const shown = typeof value === 'string' ? value.replace(/\/\/.*@/, '//…@') : value;
    throw optionError(subject, name, expectation, shown);
  };
  const template = typeof option === 'string' ? option : presetTemplate(option, reject);
  if (typeof option !== 'string') checkMembers(option, reject);
  const names = Array.from(template.matchAll(PLACEHOLDER), ([, name = '']) => name);
  const example = placeholderValues({ traceId: '0', spanId: '0', runId: '0', startMs: 0 });
  const unknown = names.find((name) => !Object.hasOwn(example, name));
  if (unknown !== undefined) return reject('traceUrl', `known placeholders only, not {${unknown}}`, template);
  if (!names.includes('traceId') && !names.includes('runId')) {
    return reject('traceUrl', 'a template with {traceId} or {runId}', template);
  }
  checkUrl('traceUrl', template, reject);
  // The Web UI shows links as Markdown, in which a parenthesis would end them.
  return template.replace(/\(/g, '%28').replace(/\)/g, '%29');
}

function presetTemplate(option: TraceUrlPreset, reject: Reject): string {
  if (typeof option !== 'object' || option === null) {
    return reject('traceUrl', 'a template or a preset', option);
  }
  const base = checkUrl('traceUrl.baseUrl', option.baseUrl, reject).replace(/\/+$/, '');
  switch (option.preset) {
    case 'console':
      return `${base}/traces/{traceId}`;
    case 'jaeger':
      // https://github.com/jaegertracing/jaeger-ui/issues/303
      return `${base}/trace/{traceId}?uiFind={spanId}`;
    case 'zipkin':
      // https://github.com/openzipkin/zipkin/tree/master/zipkin-lens (served under /zipkin)
      return `${base.replace(/\/zipkin$/, '')}/zipkin/traces/{traceId}`;
    case 'datadog':
      // The address of Datadog's own pages, which accepts 128-bit ids in hex:
      // https://docs.datadoghq.com/tracing/guide/span_and_trace_id_format/
      return `${base}/apm/trace/{traceId}?timeHint={startMs}`;
    case 'signoz':
      // https://signoz.io/docs/userguide/span-details/
      return `${base}/trace/{traceId}?spanId={spanId}`;
    case 'elastic':
      // https://github.com/elastic/kibana: route `/link-to/trace/{traceId}` of the apm plugin
      return `${base}/app/apm/link-to/trace/{traceId}?rangeFrom={startIso}&rangeTo={endIso}`;
    case 'tempo':
      return tempoTemplate(base, checkText('traceUrl.datasourceUid', option.datasourceUid, reject));
    case 'honeycomb':
      return honeycombTemplate(base, option, reject);
    default: {
      const presets = 'one of console, jaeger, tempo, zipkin, datadog, honeycomb, signoz, elastic';
      return reject('traceUrl.preset', presets, (option as { preset?: unknown }).preset);
    }
  }
}

/**
 * Returns the template of a link to Grafana Explore.
 *
 * @see
 *   https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/#generate-explore-urls-from-external-tools
 */
function tempoTemplate(base: string, uid: string): string {
  const datasource = { type: 'tempo', uid };
  const query = { refId: 'A', datasource, queryType: 'traceql', query: '{traceId}' };
  const range = { from: '{startMs}', to: '{endMs}' };
  const panes = JSON.stringify({ trace: { datasource: uid, queries: [query], range } });
  const encoded = encodeURIComponent(panes).replace(/%7B(traceId|startMs|endMs)%7D/g, '{$1}');
  return `${base}/explore?schemaVersion=1&panes=${encoded}`;
}

/**
 * Returns the template of a direct trace link.
 *
 * @see https://docs.honeycomb.io/investigate/collaborate/share-trace/
 */
function honeycombTemplate(
  base: string,
  option: Extract<TraceUrlPreset, { preset: 'honeycomb' }>,
  reject: Reject,
): string {
  const team = encodeURIComponent(checkText('traceUrl.team', option.team, reject));
  const environment = encodeURIComponent(checkText('traceUrl.environment', option.environment, reject));
  const dataset =
    option.dataset === undefined
      ? ''
      : `/datasets/${encodeURIComponent(checkText('traceUrl.dataset', option.dataset, reject))}`;
  const trace = 'trace_id={traceId}&span={spanId}&trace_start_ts={startSec}&trace_end_ts={endSec}';
  return `${base}/${team}/environments/${environment}${dataset}/trace?${trace}`;
}

/** Rejects unknown members, so that a misspelt one is not silently ignored. */
function checkMembers(option: TraceUrlPreset, reject: Reject): void {
  const known = ['preset', 'baseUrl', ...(PRESET_MEMBERS[option.preset] ?? [])];
  const unknown = Object.keys(option).find((name) => !known.includes(name));
  if (unknown !== undefined) reject(`traceUrl.${unknown}`, `one of ${known.join(', ')}`, unknown);
}

function checkText(name: string, value: unknown, reject: Reject): string {
  if (typeof value !== 'string' || value === '') return reject(name, 'a non-empty string', value);
  return value;
}

function checkUrl(name: string, value: unknown, reject: Reject): string {
  const expectation = 'an http or https address without white space';
  if (typeof value !== 'string' || /\s/.test(value)) return reject(name, expectation, value);
  let url: URL | undefined;
  try {
    url = new URL(value.replace(PLACEHOLDER, '0'));
  } catch {}
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return reject(name, expectation, value);
  if (url.username === '' && url.password === '') return value;
  // Links are for everybody to see.
  return reject(name, 'an http or https address without user name and password', value);
}
