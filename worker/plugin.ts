/**
 * `JobTracingPlugin`: wires the parts, nothing else.
 *
 * 1. bundle: the sandbox part, with its options compiled in
 * 2. sink: finished workflow spans from the sandbox → 7
 * 3. markers: decision and binding of new runs, composed with the user's own `patchActivationCallback`
 * 4. activities and Nexus operations: trace context in, spans out; and the activities of our own workflows
 * 5. clients: links, forced runs and job names of the runs that they start
 * 6. binding: search attributes are verified before anything is bound
 * 7. export: from the worker's start to its stop
 */

import type { ClientOptions, ClientPlugin, ConnectionPlugin } from '@temporalio/client';
import type { PayloadConverter } from '@temporalio/common';
import {
  type BundleOptions,
  type BundlerPlugin,
  type NativeConnectionPlugin,
  type ReplayWorkerOptions,
  Runtime,
  type Worker,
  type WorkerInterceptors,
  type WorkerOptions,
  type WorkerPlugin,
} from '@temporalio/worker';
import { TRACE_HEADER } from '../core/trace-header';
import { defined } from '../core/util/defined';
import { createOnceLog } from '../core/util/once-log';
import { suppressed } from '../core/util/suppressed';
import { acquireSpanExport, type SpanExport } from '../export';
import { settledWithin } from '../export/deadline';
import { rootOfRun } from '../export/run-started';
import {
  type ActivityTracingOptions,
  activityInterceptors,
  nexusInterceptors,
} from '../interceptors/activity';
import { withClientInterceptors } from '../interceptors/client';
import { constantPolicyStore, type PolicyStore, useStore } from '../sampling/policy-store';
import { type Binding, createBinding } from './binding';
import { addToBundle, bundleProblem, refuseOfficial } from './bundle';
import { composeMarkerHost, hostHintFor } from './marker-host';
import { createJobMetrics } from './metrics';
import { type JobTracingOptions, type ResolvedOptions, resolveOptions, SUBJECT } from './options';
import { withOwnActivities } from './own-activities';
import { createRunDecisions } from './run-decisions';
import { sdkProblem } from './sdk-check';
import { createSink } from './sink';
import { startLine } from './start-line';

/** The parts of one worker, looked up by the sink that was passed to it. */
interface WorkerParts {
  /** Whether new runs are traced. */
  readonly enabled: boolean;
  readonly binding: Binding;
  export?: SpanExport;
  converter?: PayloadConverter;
  started: boolean;
}

const PARTS = new WeakMap<object, WorkerParts>();

/**
 * Temporal plugin that gives every workflow run its own trace, whose id is stored on the run.
 *
 * Pass it in `plugins` of a worker, a client, a connection or `bundleWorkflowCode`; passed in several of
 * them, it takes effect once.
 *
 * @example
 * ```ts
 * const worker = await Worker.create({ connection, taskQueue, workflowsPath, plugins: [new JobTracingPlugin()] });
 * ```
 */
export class JobTracingPlugin
  implements WorkerPlugin, ClientPlugin, BundlerPlugin, ConnectionPlugin, NativeConnectionPlugin
{
  readonly name = 'temporal-job-tracing';
  readonly #options: ResolvedOptions;
  readonly #store: PolicyStore;

  /** @throws {OptionError} with the option's name, the expectation and the value */
  constructor(options?: JobTracingOptions) {
    this.#options = resolveOptions(options);
    this.#store = this.#options.policyStore ?? constantPolicyStore(this.#options.policy);
  }

  configureBundler(options: BundleOptions): BundleOptions {
    return addToBundle(options, this.#options.sandbox);
  }

  /** @throws {Error} if the official OpenTelemetry plugin is loaded as well */
  async configureWorker(options: WorkerOptions): Promise<WorkerOptions> {
    if (options.sinks?.jobTracing !== undefined) return options;
    refuseOfficial(options.plugins ?? [], options.interceptors?.workflowModules ?? []);
    const log = createOnceLog(Runtime.instance().logger);
    if (options.workflowBundle) {
      const problem = await bundleProblem(options.workflowBundle, this.#options.sandbox);
      if (problem !== undefined) log.warn('bundle', problem);
    }
    const { bind, policy, registerSearchAttributes } = this.#options;
    const lacking = sdkProblem();
    if (lacking !== undefined) log.warn('ignored:SDK', lacking);
    const enabled = this.#options.enabled && lacking === undefined;
    const { namespace = 'default' } = options;
    const binding = createBinding({
      namespace,
      register: registerSearchAttributes,
      log: Runtime.instance().logger,
    });
    const parts: WorkerParts = { enabled, binding, started: false };
    const metrics = createJobMetrics(namespace);
    const decisions = createRunDecisions();
    const hint = hostHintFor({ enabled, bind }, policy, this.#options.policyStore === undefined);
    const sink = createSink({
      target: () => parts.export,
      converter: () => parts.converter,
      decisions,
      metrics,
      unsampled: hint.unsampled,
      log,
      onTaskFailed: binding.recordTaskFailure,
    });
    PARTS.set(sink.jobTracing, parts);
    if (enabled && options.connection) await binding.check(options.connection);
    return {
      ...withOwnActivities(options, hint, this.#options.sandbox.traceUrl),
      sinks: { ...options.sinks, ...sink },
      patchActivationCallback: composeMarkerHost(
        {
          enabled,
          bind,
          policy: this.#store,
          decisions,
          mayBind: binding.mayBind,
          mayBindAgain: binding.mayBindAgain,
          onBound: binding.recordGrant,
          onDecision: metrics.decided,
          onRecorded: (info, origin) => sink.jobTracing.begun.fn(info, rootOfRun(info), origin),
          onTailSampled: metrics.tailSampled,
          log,
        },
        options.patchActivationCallback,
      ),
      interceptors: this.#interceptors(
        {
          onIgnored: (why) =>
            log.warn(
              'ignored:activity-header',
              `The trace header of an activity was ignored: ${why}; the activity is traced as one without it. Look at what writes the header '${TRACE_HEADER}' there`,
            ),
          traceStateOf: decisions.traceState,
          hostRule: this.#options.hostRule,
          policy: () => (enabled ? this.#store.current() : undefined),
        },
        options.interceptors,
      ),
    };
  }

  configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    if (options.sinks?.jobTracing !== undefined) return options;
    const log = createOnceLog(Runtime.instance().logger);
    return {
      ...options,
      sinks: {
        ...options.sinks,
        ...createSink({
          target: () => undefined,
          decisions: createRunDecisions(),
          metrics: createJobMetrics('default'),
          log,
        }),
      },
    };
  }

  configureClient(options: ClientOptions): ClientOptions {
    if (!this.#options.enabled) return options;
    return {
      ...options,
      interceptors: this.#clientInterceptors(options.interceptors),
    };
  }

  async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const parts = PARTS.get(worker.options.sinks?.jobTracing ?? {});
    if (parts === undefined || parts.started) return next(worker);
    parts.started = true;
    parts.converter = worker.options.loadedDataConverter.payloadConverter;
    const { instrumentations, spanProcessors, resource, flushTimeoutMs, policy } = this.#options;
    const { logger: log } = Runtime.instance();
    const leaveStore = suppressed(() => useStore(this.#store, log, policy));
    const spanExport = suppressed(() =>
      acquireSpanExport({
        ...defined({ instrumentations, spanProcessors, resource }),
        flushTimeoutMs,
        hasSampling: this.#options.hasSampling,
        log,
      }),
    );
    parts.export = spanExport;
    try {
      if (parts.enabled && worker.client) await parts.binding.start(worker.client.connection);
      this.#logStart(worker, parts, parts.export.destination);
      await next(worker);
    } finally {
      parts.binding.close();
      // A store of the user's own may take for ever to close.
      await suppressed(() => Promise.all([settledWithin(flushTimeoutMs, leaveStore), spanExport.release()]));
    }
  }

  #logStart(worker: Worker, { enabled, binding }: WorkerParts, destination: string): void {
    const { bind, policy, policyStore } = this.#options;
    const { namespace, taskQueue } = worker.options;
    const isBound = binding.mayBind();
    const isLive = policyStore !== undefined;
    Runtime.instance().logger.info(
      startLine({ enabled, destination, policy, isLive, bind, isBound, namespace, taskQueue }),
    );
  }

  #interceptors(activities: ActivityTracingOptions, users: WorkerInterceptors = {}): WorkerInterceptors {
    return {
      ...users,
      client: this.#clientInterceptors(users.client),
      activity: [activityInterceptors(activities), ...(users.activity ?? [])],
      nexus: [nexusInterceptors(activities.hostRule), ...(users.nexus ?? [])],
    };
  }

  #clientInterceptors(users: ClientOptions['interceptors']): NonNullable<ClientOptions['interceptors']> {
    return withClientInterceptors(SUBJECT, users, this.#options.sandbox.carryBaggage);
  }
}
