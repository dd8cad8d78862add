/**
 * Runs the job of a Temporal Schedule now: as a manual run of its workflow, with a reason and a TraceId. What
 * `temporal schedule trigger` starts has no mark of it.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { JOB_NAME_MEMO } from '../core/search-attributes';
import { idWithRoom } from '../core/server-limits';
import { textOf } from '../core/util/untrusted';
import { withinTimeout } from './listing';
import { type StartedRun, startRun } from './start-run';

/** How a Schedule's job is run now. */
export interface RunScheduleOptions {
  /** Arguments of this run. @default those of the Schedule's action */
  readonly args?: readonly unknown[] | undefined;
  /** Why; shown on the run's root span and by `jobInfo()`. @default none */
  readonly reason?: string | undefined;
}

/** Of the workflow id, behind that of the Schedule's action. */
const ENDING_LENGTH = '-manual-01234567'.length;

/** The run has the options of the Schedule's action, and a workflow id of its own; the Schedule does not know of it. */
export async function runSchedule(
  client: Client,
  scheduleId: string,
  { args, reason }: RunScheduleOptions,
): Promise<StartedRun> {
  const { action } = await withinTimeout(client, () => client.schedule.getHandle(scheduleId).describe());
  const { workflowType, workflowId, type: _, args: usual = [], ...options } = action;
  const name = textOf(options.memo?.[JOB_NAME_MEMO]);
  return withinTimeout(client, () =>
    startRun(
      client,
      workflowType,
      {
        ...options,
        workflowId: `${idWithRoom(workflowId, ENDING_LENGTH)}-manual-${randomUUID().slice(0, 8)}`,
        args: [...(args ?? usual)],
        job: { runNow: true, ...(name !== undefined && { name }), ...(reason !== undefined && { reason }) },
      },
      // It is always new.
      async () => '',
    ),
  );
}
