/**
 * Calls that a sampled workflow receives: each handler is a span of the run's own trace, linked to its caller.
 *
 * Sandbox code: every method calls `next` synchronously and returns the same promise; it uses no randomness,
 * and creates no span in queries and update validators.
 */
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import { type Headers, type WorkflowInboundCallsInterceptor, workflowInfo } from '@temporalio/workflow';
import type { Ignored, JobTracingSinks } from '../../core/span-record';
import { readTraceContext } from '../../core/trace-header';
import { safely } from '../../core/util/untrusted';
import { linksTo } from './links';
import { observe } from './observe';
import { withSpan } from './otel-context';
import type { RunState } from './run-state';
import type { RecordingSpan } from './span';
import type { RunTracer, StartOptions } from './tracer';

/** A call of a handler. */
interface HandlerCall {
  /** Name of its span. */
  readonly name: string;
  /** The header in words, for the log line if it is ignored. */
  readonly headerName: Ignored;
  /** Id of the call, if the SDK has one; see {@link StartOptions.key}. */
  readonly key?: string;
}

/** Returns the inbound interceptor of a sampled run. */
export function inboundInterceptor(
  state: RunState,
  tracer: RunTracer,
  sink: JobTracingSinks['jobTracing'],
): WorkflowInboundCallsInterceptor {
  /** Starts the span of a handler, linked to the caller in the header. */
  function startSpan(headers: Headers, { name, headerName, key }: HandlerCall): RecordingSpan {
    const { header, problem } = readTraceContext(headers);
    if (problem && !workflowInfo().unsafe.isReplaying) sink.ignored(headerName, problem);
    return tracer.start(name, tracer.root.ref, { links: linksTo(header?.span, 'caller'), key });
  }

  /** Runs a handler in its own span. */
  function handle<Input extends { readonly headers: Headers }, Output>(
    call: HandlerCall,
    input: Input,
    next: (input: Input) => Promise<Output>,
  ): Promise<Output> {
    const prepared = safely(() => {
      const span = startSpan(input.headers, call);
      return { span, context: withSpan(state.activeContext(), span) };
    });
    if (!prepared) return next(input);
    const { span, context } = prepared;
    return state.inContext(context, () => observe(next(input), span));
  }

  return {
    handleSignal(input, next) {
      const name = `${SpanName.WORKFLOW_HANDLE_SIGNAL}:${input.signalName}`;
      return handle({ name, headerName: 'signal header' }, input, next);
    },

    handleUpdate(input, next) {
      const name = `${SpanName.WORKFLOW_HANDLE_UPDATE}:${input.name}`;
      return handle({ name, headerName: 'update header', key: input.updateId }, input, next);
    },

    validateUpdate(input, next) {
      state.readOnly = true;
      try {
        next(input);
      } finally {
        state.readOnly = false;
      }
    },
  };
}
