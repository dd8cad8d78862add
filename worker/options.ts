/**
 * The plugin's options, resolved and checked once, when the plugin is constructed; nothing throws later.
 */

import { compileCarryBaggage } from '../core/carry-baggage';
import { type HostRule, hostRuleOf, type PropagateTo } from '../core/http/host-rule';
import { DEFAULT_SANDBOX_OPTIONS, type SandboxOptions } from '../core/sandbox-options';
import { compileTraceUrl, type TraceUrlOption } from '../core/trace-url-option';
import { defined } from '../core/util/defined';
import { checkNames, type OptionError, optionError } from '../core/util/option-error';
import {
  type AnyInstrumentation,
  type AnyResource,
  type AnySpanProcessor,
  autoInstrumentations,
  type CheckedExportOptions,
  checkExportOptions,
} from '../export';
import { DEFAULT_FLUSH_TIMEOUT_MS } from '../export/deadline';
import { hasPolicyInEnvironment, policyFromEnvironment } from '../sampling/environment';
import { resolvePolicy, type SamplingPolicy } from '../sampling/policy';
import type { PolicyStore } from '../sampling/policy-store';
import type { SamplingOptions } from '../sampling/rule';

/**
 * A source of forced sampling: a typed client's start option `job`, the `runNowSignal`, or a manual run of a
 * `scheduledJob`.
 */
export type ForcedBy = 'client' | 'signal' | 'scheduledJob';

/** Options of `JobTracingPlugin`. All are optional; `undefined` means the default. */
export interface JobTracingOptions {
  /**
   * Whether new runs are traced. With `false`, only runs that are already traced stay so; the first step when
   * adopting the plugin with workflows in flight, and the last before removing it.
   *
   * @default true
   */
  readonly enabled?: boolean | undefined;
  /** Which runs are sampled. @default from `JOB_TRACING_SAMPLING` (this option as JSON), else all runs */
  readonly sampling?: SamplingOptions | undefined;
  /**
   * Source of sampling rules that can change while workers run; {@link sampling} applies until it has any.
   *
   * @default none
   */
  readonly policyStore?: PolicyStore | undefined;
  /**
   * Which runs get search attributes: all, or only sampled ones (a run that is not sampled then adds no
   * history event).
   *
   * @default 'all'
   */
  readonly bind?: 'all' | 'sampled' | undefined;
  /**
   * Whether workers register missing search attributes in their namespace when they start.
   *
   * @default true
   */
  readonly registerSearchAttributes?: boolean | undefined;
  /**
   * Name of the signal that turns a start, or the next tick of a cron, into a manual run.
   *
   * @default 'runNow'
   */
  readonly runNowSignal?: string | undefined;
  /**
   * Sources whose forced runs are accepted. Limits cost and is not a security boundary, since headers are not
   * authenticated.
   *
   * @default all three
   */
  readonly acceptForced?: readonly ForcedBy[] | undefined;
  /**
   * Address of a trace in the tracing back end, shown in the Web UI: a template or a preset.
   *
   * @default none
   */
  readonly traceUrl?: TraceUrlOption | undefined;
  /**
   * Names of the baggage entries of its starter that a run carries on to its activities, its children and the
   * services that they call; `[]` for none. Baggage is part of the run's history in the clear: a payload codec
   * does not encode headers.
   *
   * @default all entries
   */
  readonly carryBaggage?: readonly string[] | undefined;
  /**
   * Hosts to which the requests of activities carry trace context and baggage: the `only` ones that get them,
   * or all `except` some. The spans of the requests stay. Has no effect on requests that the application's own
   * OpenTelemetry set-up instruments.
   *
   * @default all
   */
  readonly propagateTo?: PropagateTo | undefined;
  /**
   * Instrumentations of what activities call, besides `http`, `https` and `fetch`: databases, Redis, message
   * queues. One of `http` or `undici` replaces the plugin's own. `'auto'` stands for those of the package
   * `@opentelemetry/auto-instrumentations-node`, which must be installed.
   *
   * @default none
   */
  readonly instrumentations?: readonly AnyInstrumentation[] | 'auto' | undefined;
  /**
   * Span processors of the OpenTelemetry SDK 1.x, 2.x or 3.x, at least one; they replace the export that is
   * set up from the `OTEL_*` variables.
   *
   * @default from the `OTEL_*` variables
   */
  readonly spanProcessors?: readonly AnySpanProcessor[] | undefined;
  /** Resource of the spans; only with {@link spanProcessors}. @default from the `OTEL_*` variables */
  readonly resource?: AnyResource | undefined;
  /** How long a stopping worker waits for its spans to be exported, in milliseconds. @default 5000 */
  readonly flushTimeoutMs?: number | undefined;
}

/** The checked options, with all defaults filled in. */
export interface ResolvedOptions
  extends Pick<CheckedExportOptions, 'instrumentations' | 'spanProcessors' | 'resource'> {
  readonly enabled: boolean;
  readonly policy: SamplingPolicy;
  readonly policyStore?: PolicyStore;
  /** Whether a sampling policy is configured, by option or environment. */
  readonly hasSampling: boolean;
  readonly bind: 'all' | 'sampled';
  readonly registerSearchAttributes: boolean;
  readonly sandbox: SandboxOptions;
  /** Whether requests carry trace context and baggage to a host. @default to all */
  readonly hostRule?: HostRule;
  readonly flushTimeoutMs: number;
}

/** Class that has the options, for errors. */
export const SUBJECT = 'JobTracingPlugin';

export const FORCED_BY: readonly ForcedBy[] = ['client', 'signal', 'scheduledJob'];

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function resolveOptions(options: JobTracingOptions = {}): ResolvedOptions {
  checkNames(SUBJECT, options, NAMES);
  const { acceptForced = FORCED_BY, runNowSignal = DEFAULT_SANDBOX_OPTIONS.runNowSignal } = options;
  checkExportOptions(options);
  const {
    policyStore,
    instrumentations,
    spanProcessors,
    resource,
    flushTimeoutMs = DEFAULT_FLUSH_TIMEOUT_MS,
  } = options;
  if (!Array.isArray(acceptForced) || acceptForced.some((by) => !FORCED_BY.includes(by))) {
    throw wrong('acceptForced', "an array of 'client', 'signal' and 'scheduledJob'", acceptForced);
  }
  if (typeof runNowSignal !== 'string' || runNowSignal === '') {
    throw wrong('runNowSignal', 'a signal name', runNowSignal);
  }
  if (typeof flushTimeoutMs !== 'number' || !(flushTimeoutMs >= 0 && flushTimeoutMs <= 60_000)) {
    throw wrong('flushTimeoutMs', 'milliseconds from 0 to 60000', flushTimeoutMs);
  }
  const bind = bindOf(options.bind);
  return Object.freeze({
    enabled: booleanOf('enabled', options.enabled, true),
    policy:
      options.sampling === undefined ? policyFromEnvironment(process.env) : resolvePolicy(options.sampling),
    ...(policyStore !== undefined && { policyStore: checkedStore(policyStore) }),
    hasSampling:
      options.sampling !== undefined || policyStore !== undefined || hasPolicyInEnvironment(process.env),
    bind,
    registerSearchAttributes: booleanOf('registerSearchAttributes', options.registerSearchAttributes, true),
    sandbox: Object.freeze({
      runNowSignal,
      acceptForcedStart: acceptForced.includes('client'),
      acceptForcedJob: acceptForced.includes('scheduledJob'),
      acceptForcedSignal: acceptForced.includes('signal'),
      traceUrl: options.traceUrl === undefined ? '' : compileTraceUrl(options.traceUrl, SUBJECT),
      bind,
      carryBaggage: compileCarryBaggage(options.carryBaggage, SUBJECT),
    }),
    ...(options.propagateTo !== undefined && { hostRule: hostRuleOf(options.propagateTo, SUBJECT) }),
    ...(instrumentations !== undefined && {
      instrumentations: instrumentations === 'auto' ? autoInstrumentations(SUBJECT) : instrumentations,
    }),
    ...defined({ spanProcessors, resource }),
    flushTimeoutMs,
  });
}

const NAMES = Object.keys({
  enabled: true,
  sampling: true,
  policyStore: true,
  bind: true,
  registerSearchAttributes: true,
  runNowSignal: true,
  acceptForced: true,
  traceUrl: true,
  carryBaggage: true,
  propagateTo: true,
  instrumentations: true,
  spanProcessors: true,
  resource: true,
  flushTimeoutMs: true,
} satisfies Record<keyof Required<JobTracingOptions>, true>);

const STORE_METHODS = ['current', 'markSlow', 'wasSlow', 'start', 'close'] as const;

function checkedStore(store: PolicyStore): PolicyStore {
  const isStore =
    STORE_METHODS.every((method) => typeof store?.[method] === 'function') &&
    typeof store.counters?.take === 'function';
  if (!isStore) throw wrong('policyStore', `a PolicyStore (${STORE_METHODS.join(', ')}, counters)`, store);
  return store;
}

function booleanOf(name: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean', value);
  return value;
}

function bindOf(value: unknown): 'all' | 'sampled' {
  if (value === undefined) return 'all';
  if (value !== 'all' && value !== 'sampled') throw wrong('bind', "'all' or 'sampled'", value);
  return value;
}

function wrong(name: string, expectation: string, value: unknown): OptionError {
  return optionError(SUBJECT, name, expectation, value);
}
