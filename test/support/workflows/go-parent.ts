/**
 * Interceptors that send children the header of a workflow in Go or Java: only the W3C fields, with a span whose ids
 * are derived from the run id.
 */
import { type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import { foreignHeaders } from '../foreign-headers';

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startChildWorkflowExecution(input, next) {
        const id = workflowInfo().runId.replaceAll('-', '');
        const carrier = { traceparent: `00-${id}-${id.slice(16)}-01`, tracestate: 'vendor=1' };
        return next({ ...input, headers: { ...input.headers, ...foreignHeaders(carrier) } });
      },
    },
  ],
});
