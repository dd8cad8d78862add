/**
 * Options of the plugin from environment variables, for programs that use it without a code change. Pure.
 *
 * `sampling` is left to the plugin itself, which reads `JOB_TRACING_SAMPLING` wherever it is used.
 */
import { isBaggageName } from '../core/baggage';
import { hostRuleOf, type PropagateTo } from '../core/http/host-rule';
import { compileTraceUrl, type TraceUrlOption } from '../core/trace-url-option';
import { defined } from '../core/util/defined';
import { OptionError, optionError } from '../core/util/option-error';
import { FORCED_BY, type ForcedBy, type JobTracingOptions, SUBJECT } from './options';

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'JOB_TRACING_';
/** Variables that are read elsewhere: the plugin's policy, the console's token. */
const OTHERS = [`${PREFIX}SAMPLING`, `${PREFIX}CONSOLE_TOKEN`];

const TRACE_URLS = [
  'http://localhost:16686/trace/{traceId}',
  '{"preset":"jaeger","baseUrl":"http://localhost:16686"}',
];

const READERS = {
  JOB_TRACING_ENABLED: (text, name) => ({ enabled: parseBoolean(text, name) }),
  JOB_TRACING_BIND: (text, name) => ({ bind: oneOf<'all' | 'sampled'>(['all', 'sampled'], text, name) }),
  JOB_TRACING_REGISTER_SEARCH_ATTRIBUTES: (text, name) => ({
    registerSearchAttributes: parseBoolean(text, name),
  }),
  JOB_TRACING_RUN_NOW_SIGNAL: (text) => ({ runNowSignal: text }),
  JOB_TRACING_ACCEPT_FORCED: (text, name) => ({ acceptForced: forcedBy(text, name) }),
  JOB_TRACING_TRACE_URL: (text, name) => ({ traceUrl: traceUrlOf(text, name) }),
  JOB_TRACING_CARRY_BAGGAGE: (text, name) => ({ carryBaggage: baggageNames(text, name) }),
  JOB_TRACING_PROPAGATE_TO: (text, name) => ({ propagateTo: propagateToOf(text, name) }),
  JOB_TRACING_INSTRUMENTATIONS: (text, name) => ({ instrumentations: oneOf<'auto'>(['auto'], text, name) }),
  JOB_TRACING_FLUSH_TIMEOUT_MS: (text, name) => ({ flushTimeoutMs: millisecondsOf(text, name) }),
} satisfies Record<string, (text: string, name: string) => JobTracingOptions>;

/**
 * Returns the options from the variables; empty variables count as unset.
 *
 * @throws {OptionError} with the variable's name, the expectation and the value
 */
export function optionsFromEnvironment(env: Environment): JobTracingOptions {
  const known = [...Object.keys(READERS), ...OTHERS];
  const unknown = Object.keys(env).find((name) => name.startsWith(PREFIX) && !known.includes(name));
  if (unknown !== undefined) throw optionError(SUBJECT, 'environment', `one of ${known.join(', ')}`, unknown);
  const options = Object.entries(READERS).map(([name, read]) => {
    const text = env[name]?.trim();
    return text ? read(text, name) : {};
  });
  return defined(Object.assign({}, ...options) as JobTracingOptions);
}

function invalid(name: string, expected: string, text: string): OptionError {
  return optionError(SUBJECT, name, expected, text);
}

function parseBoolean(text: string, name: string): boolean {
  return oneOf(['true', 'false'], text.toLowerCase(), name) === 'true';
}

function oneOf<T extends string>(values: readonly T[], text: string, name: string): T {
  const value = values.find((one) => one === text);
  if (value === undefined) throw invalid(name, values.join(' or '), text);
  return value;
}

/** Parses `none`, or a comma-separated list of names. */
function forcedBy(text: string, name: string): readonly ForcedBy[] {
  if (text === 'none') return [];
  const names = text.split(',').map((part) => part.trim());
  const isKnown = (by: string): by is ForcedBy => FORCED_BY.some((one) => one === by);
  if (names.every(isKnown)) return names;
  throw invalid(name, `none, or some of ${FORCED_BY.join(',')}`, text);
}

/** Parses `none`, or a comma-separated list of names. */
function baggageNames(text: string, name: string): readonly string[] {
  const names = text === 'none' ? [] : text.split(',').map((part) => part.trim());
  if (!names.every(isBaggageName)) throw invalid(name, 'none, or names separated by commas', text);
  return names;
}

/** Parses the option as JSON. */
function propagateToOf(text: string, name: string): PropagateTo {
  try {
    const option = JSON.parse(text) as PropagateTo;
    hostRuleOf(option, SUBJECT);
    return option;
  } catch (cause) {
    const expectation = cause instanceof OptionError ? `${cause.option}: ${cause.expectation}` : 'JSON';
    throw invalid(name, `${expectation}, such as {"except":["api.example.com","*.example.org"]}`, text);
  }
}

/** Parses a template, or a preset as JSON. */
function traceUrlOf(text: string, name: string): TraceUrlOption {
  try {
    const option = text.startsWith('{"') ? (JSON.parse(text) as TraceUrlOption) : text;
    compileTraceUrl(option, SUBJECT);
    return option;
  } catch (cause) {
    const expectation = cause instanceof OptionError ? `${cause.option}: ${cause.expectation}` : 'JSON';
    throw invalid(name, `${expectation}, such as ${TRACE_URLS.join(' or ')}`, text);
  }
}

function millisecondsOf(text: string, name: string): number {
  const ms = Number(text);
  if (!/^\d+$/.test(text) || ms > 60_000) throw invalid(name, 'milliseconds from 0 to 60000', text);
  return ms;
}
