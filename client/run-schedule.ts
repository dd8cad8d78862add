/**
 * Runs the job of a Temporal Schedule now: as a manual run of its workflow, with a reason and a TraceId. A
 * run started by `temporal schedule trigger` cannot be told from a scheduled one.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { JOB_NAME_MEMO } from '../core/search-attributes';
import { idWithRoom } from '../core/server-limits';
import { defined } from '../core/util/defined';
import { textOf } from '../core/util/untrusted';
import { withinTimeout } from './listing';
import { type StartedRun, startRun } from './start-run';

/** Options of {@link JobClient.runSchedule}. */
export interface RunScheduleOptions {
  /** Arguments of this run. @default those of the Schedule's action */
  readonly args?: readonly unknown[] | undefined;
  /** Reason for the run, shown on its root span and by `jobInfo()`. @default none */
  readonly reason?: string | undefined;
}

/** Characters that are appended to the workflow id of the Schedule's action. */
const ENDING_LENGTH = '-manual-01234567'.length;

/**
 * Starts a run with the options of the Schedule's action and its own workflow id; the Schedule does not track
 * it.
 */
export async function runSchedule(
  client: Client,
  scheduleId: string,
  { args, reason }: RunScheduleOptions,
  carryBaggage: string,
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
        job: { runNow: true, ...defined({ name, reason }) },
      },
      // Never used: the run is always new.
      async () => '',
      carryBaggage,
    ),
  );
}
