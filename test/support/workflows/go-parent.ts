/**
 * Interceptors that give children the header as a workflow in Go or Java does: the W3C fields alone. The span
 * is one with the ids of the workflow's own run.
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
