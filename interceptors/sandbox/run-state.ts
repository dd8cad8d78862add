/**
 * The state of one workflow execution inside the sandbox: its run, its tracer, its active context.
 *
 * Sandbox code: one instance per workflow. The active span of the workflow function is the run's root span, a
 * plain variable; only handlers and user code's own nested spans enter an `AsyncLocalStorage`, which is made
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
import type { Run } from './run';
import { foreignSpan } from './span';
import type { RunTracer } from './tracer';

const ITEM_KEY = Symbol('item of a shard');

export interface RootNotes {
  attributes: Record<string, unknown>;
  links: LinkRecord[];
}

/** `tracer` is missing for a run that is not sampled. */
type OnBegin = (run: Run, tracer: RunTracer | undefined) => void;

export class RunState {
  /** Of untraced runs, too; `undefined` until the first activation. */
  origin: JobOrigin | undefined;
  /** `undefined` until the first activation, and for an untraced run. */
  run: Run | undefined;
  /** `undefined` for a run that is not sampled. */
  tracer: RunTracer | undefined;
  /** A top-level run, untraced or not. */
  counted = false;
  /** First workflow task of the run, milliseconds since the epoch in workflow time. */
  startMs = 0;
  /** Why a run that was not sampled leaves its root span after all. */
  kept: KeptReason | undefined;
  /** True in queries and update validators: no span may be made there. */
  readOnly = false;
  /** How much of the trace its calls may carry. */
  readonly allowance = new Allowance();
  /** What the run waits for. */
  readonly calls = new OpenCalls();
  /** What this package's workflow code says about the run, for its root span. */
  readonly notes: RootNotes = { attributes: {}, links: [] };
  readonly #onBegin: OnBegin;
  #rootContext: Context | undefined;
  #storage: InstanceType<typeof AsyncLocalStorage<Context>> | undefined;

  /** @param onBegin told when the run is known, unless it is untraced */
  constructor(onBegin: OnBegin) {
    this.#onBegin = onBegin;
  }

  begin(run: Run, tracer: RunTracer | undefined): void {
    this.run = run;
    this.tracer = tracer;
    this.#onBegin(run, tracer);
  }

  /** The tracer where spans may be made now. */
  recording(): RunTracer | undefined {
    return this.readOnly ? undefined : this.tracer;
  }

  activeContext(): Context {
    return this.#storage?.getStore() ?? this.#contextOfRun();
  }

  /** Runs `fn` at once, with this context active in it and in all that it starts; what is not a context is ignored. */
  inContext<T>(context: Context, fn: () => T): T {
    if (!isContext(context)) return fn();
    this.#storage ??= new AsyncLocalStorage<Context>();
    return this.#storage.run(context, fn);
  }

  /** Runs `fn` at once; calls that it makes are for this item of a shard. */
  runForItem<T>(key: string, fn: () => T): T {
    return this.inContext(withValue(this.activeContext(), ITEM_KEY, key), fn);
  }

  /** The item of a shard that user code works on now. */
  activeItem(): unknown {
    return safely(() => this.#storage?.getStore()?.getValue(ITEM_KEY));
  }

  /** The span that is active now; the run's root when the active context names none of this trace. */
  activeRef(run: Run): SpanRef {
    const active = spanRefOf(this.#storage?.getStore());
    return active?.traceId === run.root.traceId ? { ...run.root, spanId: active.spanId } : run.root;
  }

  /** The baggage that is active now, as a header: whatever user code made active, the run's own entries stay. */
  activeBaggage(run: Run): string {
    const context = this.#storage?.getStore();
    if (!context) return run.baggageHeader;
    return formatBaggage(mergeBaggage(run.jobBaggage, baggageOf(context) ?? new Map()));
  }

  /** Made when somebody asks for it, which most runs never do. */
  #contextOfRun(): Context {
    const { run, tracer } = this;
    if (!run) return EMPTY_CONTEXT;
    this.#rootContext ??= withBaggage(
      withSpan(EMPTY_CONTEXT, tracer?.root ?? foreignSpan(run.root)),
      run.baggage,
    );
    return this.#rootContext;
  }
}

/** The state of the present workflow, for this package's functions for workflow code; empty without the plugin. */
export const runState = workflowSlot<RunState>('run-state');
