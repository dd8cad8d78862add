/**
 * Calls that reach a sampled workflow: handlers are spans of the run's own trace, linked to their caller.
 *
 * Sandbox code: every method calls `next` synchronously and returns the same promise; it uses no randomness,
 * and creates no span in queries and update validators.
 */
import { SpanName } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions';
import { type Headers, type WorkflowInboundCallsInterceptor, workflowInfo } from '@temporalio/workflow';
import type { Ignored, JobTracingSinks } from '../../core/span-record';
import { readHeader } from '../../core/trace-header';
import { safely } from '../../core/util/untrusted';
import { linksTo } from './links';
import { observe } from './observe';
import { withSpan } from './otel-context';
import type { RunState } from './run-state';
import type { RunTracer } from './tracer';

export function inboundInterceptor(
  state: RunState,
  tracer: RunTracer,
  sink: JobTracingSinks['jobTracing'],
): WorkflowInboundCallsInterceptor {
  /** Runs a handler in its own span. */
  function handle<Input extends { readonly headers: Headers }, Output>(
    name: string,
    what: Ignored,
    input: Input,
    next: (input: Input) => Promise<Output>,
    which?: string,
  ): Promise<Output> {
    const prepared = safely(() => {
      const { header, problem } = readHeader(input.headers);
      if (problem && !workflowInfo().unsafe.isReplaying) sink.ignored(what, problem);
      const span = tracer.start(name, tracer.root.ref, { links: linksTo(header?.span, 'caller'), which });
      return { span, context: withSpan(state.activeContext(), span) };
    });
    if (!prepared) return next(input);
    const { span, context } = prepared;
    return state.inContext(context, () => observe(next(input), span));
  }

  return {
    handleSignal: (input, next) =>
      handle(`${SpanName.WORKFLOW_HANDLE_SIGNAL}:${input.signalName}`, 'signal header', input, next),

    handleUpdate: (input, next) =>
      handle(
        `${SpanName.WORKFLOW_HANDLE_UPDATE}:${input.name}`,
        'update header',
        input,
        next,
        input.updateId,
      ),

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
