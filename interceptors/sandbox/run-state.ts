/**
 * The state of one workflow execution inside the sandbox: its run, its tracer, its active context.
 *
 * Sandbox code: one instance per workflow. The active span of the workflow function is the run's root span, a
 * plain variable; only handlers and user code's nested spans enter an `AsyncLocalStorage`, which is created
 * when first needed.
 */

import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorage } from '@temporalio/workflow';
import { formatBaggage, mergeBaggage } from '../../core/baggage';
import type { JobOrigin } from '../../core/job-info';
import type { LinkRecord } from '../../core/span-record';
import type { SpanRef } from '../../core/traceparent';
import { safely } from '../../core/util/untrusted';
import { workflowSlot } from '../../core/workflow-scope';
import type { KeptReason } from '../../sampling/markers';
import { Allowance } from './allowance';
import { NonRecordingSpan } from './non-recording-span';
import { OpenCalls } from './open-calls';
import {
  baggageOf,
  EMPTY_CONTEXT,
  isContext,
  spanRefOf,
  withBaggage,
  withSpan,
  withValue,
} from './otel-context';
import type { Run, RunReading } from './run';
import type { RunTracer } from './tracer';

const ITEM_KEY = Symbol('item of a shard');

export interface RootNotes {
  attributes: Record<string, unknown>;
  links: LinkRecord[];
}

export class RunState {
  /** Origin of the run, even of an untraced one; `undefined` until the first activation. */
  origin: JobOrigin | undefined;
  /** The run; `undefined` until the first activation, and for an untraced run. */
  run: Run | undefined;
  /** Tracer of the run; `undefined` if it is not sampled. */
  tracer: RunTracer | undefined;
  /** Whether this is a top-level run, untraced or not, which the metrics count. */
  counted = false;
  /** Workflow time of the run's first workflow task, in milliseconds since the epoch. */
  startMs = 0;
  /** Why a tail-sampled run exports its root span; `undefined` for every other run. */
  tailSampled: KeptReason | undefined;
  /** True in queries and update validators, where no span may be created. */
  readOnly = false;
  /** How much of the trace the run's calls may carry. */
  readonly allowance = new Allowance();
  /** Spans of the calls that the run waits for. */
  readonly calls = new OpenCalls();
  /** Attributes and links that this package's workflow code adds to the root span. */
  readonly notes: RootNotes = { attributes: {}, links: [] };
  #rootContext: Context | undefined;
  #storage: InstanceType<typeof AsyncLocalStorage<Context>> | undefined;

  /** Begins the run, which stays untraced until {@link trace}. */
  begin({ origin, counted }: RunReading): void {
    this.origin = origin;
    this.counted = counted;
    this.startMs = Date.now();
  }

  /** Begins the run's trace. @param tracer `undefined` if the run is not sampled */
  trace(run: Run, tracer: RunTracer | undefined): void {
    this.run = run;
    this.tracer = tracer;
  }

  /** Returns the tracer; `undefined` where no span may be created now. */
  recording(): RunTracer | undefined {
    return this.readOnly ? undefined : this.tracer;
  }

  activeContext(): Context {
    return this.#storage?.getStore() ?? this.#contextOfRun();
  }

  /**
   * Runs `fn` synchronously with this context active in it and in everything it starts; an invalid context is
   * ignored.
   */
  inContext<T>(context: Context, fn: () => T): T {
    if (!isContext(context)) return fn();
    this.#storage ??= new AsyncLocalStorage<Context>();
    return this.#storage.run(context, fn);
  }

  /** Runs `fn` synchronously; calls that it makes are attributed to this item of a shard. */
  runForItem<T>(key: string, fn: () => T): T {
    return this.inContext(withValue(this.activeContext(), ITEM_KEY, key), fn);
  }

  /** Returns the item of a shard that user code is processing. */
  activeItem(): unknown {
    return safely(() => this.#storage?.getStore()?.getValue(ITEM_KEY));
  }

  /** Returns the active span; the run's root if the active context has no span of this trace. */
  activeRef(run: Run): SpanRef {
    const active = spanRefOf(this.#storage?.getStore());
    return active?.traceId === run.root.traceId ? { ...run.root, spanId: active.spanId } : run.root;
  }

  /**
   * Returns the active baggage as a header; the run's own entries stay, whatever user code has made active.
   */
  activeBaggage(run: Run): string {
    const context = this.#storage?.getStore();
    if (!context) return run.baggageHeader;
    return formatBaggage(mergeBaggage(run.jobBaggage, baggageOf(context) ?? new Map()));
  }

  /** Returns the run's context, created on first use, which most runs never need. */
  #contextOfRun(): Context {
    const { run, tracer } = this;
    if (!run) return EMPTY_CONTEXT;
    this.#rootContext ??= withBaggage(
      withSpan(EMPTY_CONTEXT, tracer?.root ?? new NonRecordingSpan(run.root)),
      run.baggage,
    );
    return this.#rootContext;
  }
}

/**
 * The state of the current workflow, for this package's functions for workflow code; empty without the
 * plugin.
 */
export const runState = workflowSlot<RunState>('run-state');
