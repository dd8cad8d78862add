/**
 * Workflows with a user's interceptor, after the plugin's, that sends an invalid trace header with each call.
 */
import type { Payload } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { TRACE_HEADER } from '../../../core/trace-header';

export { oneActivity, oneLocalActivity, parent } from './jobs';

const BAD: Payload = { metadata: {}, data: new Uint8Array([0xff]) };
const headers = { [TRACE_HEADER]: BAD };

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity: (input, next) => next({ ...input, headers }),
      scheduleLocalActivity: (input, next) => next({ ...input, headers }),
      startChildWorkflowExecution: (input, next) => next({ ...input, headers }),
    },
  ],
});
