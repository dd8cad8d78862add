/**
 * Runs that set the plugin's search attributes themselves, for the tests of the client, which can also hold a run back
 * before it does so.
 */
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  setHandler,
  upsertSearchAttributes,
  type WorkflowInterceptors,
  workflowInfo,
} from '@temporalio/workflow';
import { TRACE_HEADER, writeHeader } from '../../../core/trace-header';
import { rootSpanIdOfRun, traceIdOfRun } from '../../../core/trace-id';

/** Ends the wait of a run. */
export const proceed = defineSignal('proceed');

/** Sets its search attributes, then waits for {@link proceed}. */
export async function boundJob(): Promise<void> {
  bind('api');
  await untilProceed();
}

/** Sets its search attributes and continues as new; the next run inherits them, and waits before it sets its own. */
export async function continuedJob(isContinuation = false): Promise<void> {
  if (isContinuation) await untilProceed();
  bind('api');
  if (!isContinuation) await continueAsNew<typeof continuedJob>(true);
}

/** Sets its search attributes and runs a child in its trace. */
export async function parentJob(): Promise<void> {
  const TraceId = bind('schedule');
  await executeChild(childJob, {
    workflowId: `${workflowInfo().workflowId}/child`,
    searchAttributes: { TraceId: [TraceId], JobName: ['parentJob'], JobTrigger: ['child'] },
  });
}

export async function childJob(): Promise<void> {}

/** Runs a child; neither has search attributes, so that only the header links the child to the trace. */
export async function unboundParentJob(): Promise<void> {
  await executeChild(childJob, { workflowId: `${workflowInfo().workflowId}/child` });
}

/** Fails without setting search attributes. */
export async function failingJob(): Promise<void> {
  throw ApplicationFailure.create({ message: 'as always' });
}

/** Adds the trace header to children, as the official plugin does. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startChildWorkflowExecution(input, next) {
        const { runId } = workflowInfo();
        const span = { traceId: traceIdOfRun(runId), spanId: rootSpanIdOfRun(runId), sampled: true };
        return next({ ...input, headers: { ...input.headers, [TRACE_HEADER]: writeHeader({ span }) } });
      },
    },
  ],
});

function bind(trigger: string): string {
  const TraceId = traceIdOfRun(workflowInfo().originalExecutionRunId);
  upsertSearchAttributes({
    TraceId: [TraceId],
    JobTrigger: [trigger],
    TraceSampled: [trigger !== 'schedule'],
  });
  return TraceId;
}

async function untilProceed(): Promise<void> {
  let mayProceed = false;
  setHandler(proceed, () => {
    mayProceed = true;
  });
  await condition(() => mayProceed);
}
