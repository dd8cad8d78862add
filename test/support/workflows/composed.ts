/** A user's interceptor, and a workflow with a patch, a sink and an activity. */
import {
  patched,
  proxyActivities,
  proxySinks,
  type Sinks,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import type * as activities from '../activities';

const { callDownstream } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });

export interface UserSinks extends Sinks {
  users: { record(what: string): void };
}

const { users } = proxySinks<UserSinks>();

export async function composed(): Promise<boolean> {
  const isPatched = patched('users-patch');
  await callDownstream();
  return isPatched;
}

export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        execute(input, next) {
          users.record('inbound execute');
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          users.record('outbound activity');
          return next(input);
        },
      },
    ],
  };
}
