/**
 * Runs that bind themselves as the plugin would, for the tests of the client: by hand, so that the tests can
 * also hold a run back before it binds.
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

/** Lets a run go on that waits. */
export const goOn = defineSignal('goOn');

/** Binds itself, then waits for {@link goOn}. */
export async function boundJob(): Promise<void> {
  bind('api');
  await untilGoOn();
}

/** Binds itself and continues as new; the next run carries these attributes and waits before it binds. */
export async function continuedJob(isContinuation = false): Promise<void> {
  if (isContinuation) await untilGoOn();
  bind('api');
  if (!isContinuation) await continueAsNew<typeof continuedJob>(true);
}

/** Binds itself and runs a child in its trace. */
export async function parentJob(): Promise<void> {
  const TraceId = bind('schedule');
  await executeChild(childJob, {
    workflowId: `${workflowInfo().workflowId}/child`,
    searchAttributes: { TraceId: [TraceId], JobName: ['parentJob'], JobTrigger: ['child'] },
  });
}

export async function childJob(): Promise<void> {}

/** Not bound, and runs a child that is not bound either: only the header says whose trace it is in. */
export async function unboundParentJob(): Promise<void> {
  await executeChild(childJob, { workflowId: `${workflowInfo().workflowId}/child` });
}

/** Fails each time, without binding itself. */
export async function failingJob(): Promise<void> {
  throw ApplicationFailure.create({ message: 'as always' });
}

/** Writes the header of children as the official plugin does. */
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

async function untilGoOn(): Promise<void> {
  let mayGoOn = false;
  setHandler(goOn, () => {
    mayGoOn = true;
  });
  await condition(() => mayGoOn);
}
