/**
 * What the tests of scheduled jobs share: jobs started with the CLI alone, and what is seen of them.
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { ScheduledJobStatus } from 'temporal-job-tracing/client';
import type { ScheduledJobSpec } from 'temporal-job-tracing/workflows';
import { until } from '../../testing/until';
import { id, type Runs } from './runs';

export const SCHEDULED_PATH = require.resolve('./workflows/scheduled');

/** One job, by the CLI. */
export class Job {
  readonly id: string;
  readonly #runs: Runs;
  readonly #taskQueue: string;

  constructor(runs: Runs, name: string, taskQueue = runs.taskQueue) {
    this.id = id(name);
    this.#runs = runs;
    this.#taskQueue = taskQueue;
  }

  /** Workflow id of the ticks' runs. */
  get tickId(): string {
    return `${this.id}/tick`;
  }

  get handle() {
    return this.#runs.harness.client.workflow.getHandle(this.id);
  }

  async start(spec: ScheduledJobSpec | Record<string, unknown>): Promise<this> {
    await this.#runs.cli(
      `workflow start --type scheduledJob --workflow-id ${this.id} --task-queue ${this.#taskQueue} --input`,
      JSON.stringify(spec),
    );
    return this;
  }

  async signal(name: string, input?: unknown): Promise<void> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    await this.#runs.cli(`workflow signal --workflow-id ${this.id} --name ${name}`, ...given);
  }

  /** The update's result, as the CLI prints it. */
  async update<T>(name: string, input?: unknown): Promise<T> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    const output = await this.#runs.cli(
      `workflow update execute --workflow-id ${this.id} --name ${name} --output json`,
      ...given,
    );
    return (JSON.parse(output) as { result: T }).result;
  }

  async status(): Promise<ScheduledJobStatus> {
    const output = await this.#runs.cli(
      `workflow query --workflow-id ${this.id} --name status --output json`,
    );
    return (JSON.parse(output) as { queryResult: [ScheduledJobStatus] }).queryResult[0];
  }

  /** The status, as soon as it is as wanted. */
  async statusWhen(isWanted: (status: ScheduledJobStatus) => boolean): Promise<ScheduledJobStatus> {
    let status: ScheduledJobStatus | undefined;
    const wanted = async () => {
      status = await this.handle.query<ScheduledJobStatus>('status');
      return isWanted(status) && status;
    };
    return until(wanted, { says: () => `the status stays ${JSON.stringify(status)}` });
  }

  /** The controller's run after this one, as soon as it has continued as new: when no handler is at work. */
  async continuedFrom(runId: string): Promise<WorkflowExecutionDescription> {
    let events = 0;
    const continued = async () => {
      const found = await this.handle.describe();
      events = found.historyLength;
      return found.runId !== runId && found;
    };
    return until(continued, { says: () => `it has not continued as new, with ${events} events` });
  }

  /** Number of events in the history of the controller's present run. */
  async events(): Promise<number> {
    return (await this.handle.describe()).historyLength;
  }

  /** Workflow ids of what belongs to the job and is running. */
  async running(): Promise<string[]> {
    const query = `(WorkflowId = '${this.id}' OR WorkflowId STARTS_WITH '${this.id}/') AND ExecutionStatus = 'Running'`;
    return this.#listed(query);
  }

  /** Workflow ids of what visibility finds. */
  async #listed(query: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId } of this.#runs.harness.client.workflow.list({ query }))
      ids.push(workflowId);
    return ids;
  }

  /** Workflow id of the cron that ticks, as soon as there is one. */
  async cronId(): Promise<string> {
    const { runId } = await this.handle.describe();
    const query = `ParentRunId = '${runId}' AND WorkflowType = 'jobTick' AND ExecutionStatus = 'Running'`;
    return until(async () => (await this.#listed(query))[0], { says: 'no cron was started' });
  }

  /** Waits until only one cron ticks for the job; returns its workflow id. */
  async hasOneCron(): Promise<string> {
    let crons: string[] = [];
    const only = async () => {
      crons = (await this.running()).filter((id) => id.includes('/cron-'));
      return crons.length === 1 && crons[0];
    };
    return until(only, { says: () => `ticking: ${crons.join(', ')}` });
  }

  /** Waits until nothing of the job is running any more but these. */
  async isOver(but: readonly string[] = []): Promise<void> {
    let running: string[] = [];
    const isOver = async () => {
      running = (await this.running()).filter((id) => !but.includes(id));
      return running.length === 0;
    };
    await until(isOver, { says: () => `still running: ${running.join(', ')}` });
  }
}

/**
 * Of a job of workflow `due` that ticked each second and does no more: the ticks that were run, that were counted as
 * missed, and that were due from the first to the last of them.
 */
export async function accountOf(
  client: Client,
  jobId: string,
): Promise<{ run: number; missed: number; due: number }> {
  const times: number[] = [];
  const workflowId = `${jobId}/tick`;
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    times.push(Date.parse(await client.workflow.getHandle(workflowId, runId).result()));
  const { missedTicks } = await client.workflow.getHandle(jobId).query<ScheduledJobStatus>('status');
  const all = [...times, ...missedTicks.last.map((time) => Date.parse(time))];
  const due = (Math.max(...all) - Math.min(...times)) / 1_000 + 1;
  return { run: times.length, missed: missedTicks.total, due };
}

/** Whether a payload that a codec encodes is what a tick's workflow returns: a time in milliseconds. */
export function isTickResult({ data }: Payload): boolean {
  return /^\d{13}$/.test(Buffer.from(data ?? []).toString());
}
