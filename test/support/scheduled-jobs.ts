/**
 * Scheduled jobs that are started and controlled with the Temporal CLI, and their state.
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { ScheduledJobStatus } from 'temporal-job-tracing/client';
import type { ScheduledJobSpec } from 'temporal-job-tracing/workflows';
import { until } from '../../testing/until';
import { id, type Runs } from './runs';

export const SCHEDULED_PATH = require.resolve('./workflows/scheduled');

/** A scheduled job that the Temporal CLI starts and controls. */
export class Job {
  readonly id: string;
  readonly #runs: Runs;
  readonly #taskQueue: string;

  constructor(runs: Runs, name: string, taskQueue = runs.taskQueue) {
    this.id = id(name);
    this.#runs = runs;
    this.#taskQueue = taskQueue;
  }

  /** The workflow id of the runs that the job's ticks start. */
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
    const inputArgs = input === undefined ? [] : ['--input', JSON.stringify(input)];
    await this.#runs.cli(`workflow signal --workflow-id ${this.id} --name ${name}`, ...inputArgs);
  }

  /** Sends an update; returns its result. */
  async update<T>(name: string, input?: unknown): Promise<T> {
    const inputArgs = input === undefined ? [] : ['--input', JSON.stringify(input)];
    const output = await this.#runs.cli(
      `workflow update execute --workflow-id ${this.id} --name ${name} --output json`,
      ...inputArgs,
    );
    return (JSON.parse(output) as { result: T }).result;
  }

  async status(): Promise<ScheduledJobStatus> {
    const output = await this.#runs.cli(
      `workflow query --workflow-id ${this.id} --name status --output json`,
    );
    return (JSON.parse(output) as { queryResult: [ScheduledJobStatus] }).queryResult[0];
  }

  /** Waits until the status fulfils the condition, and returns it. */
  async statusWhen(condition: (status: ScheduledJobStatus) => boolean): Promise<ScheduledJobStatus> {
    let status: ScheduledJobStatus | undefined;
    const matching = async () => {
      status = await this.handle.query<ScheduledJobStatus>('status');
      return condition(status) && status;
    };
    return until(matching, { says: () => `the status stays ${JSON.stringify(status)}` });
  }

  /**
   * Waits until the controller has continued this run as new, which it does when no handler runs; returns the next run.
   */
  async waitForContinueAsNew(runId: string): Promise<WorkflowExecutionDescription> {
    let events = 0;
    const continued = async () => {
      const found = await this.handle.describe();
      events = found.historyLength;
      return found.runId !== runId && found;
    };
    return until(continued, { says: () => `it has not continued as new, with ${events} events` });
  }

  /** Returns the number of events in the history of the controller's current run. */
  async events(): Promise<number> {
    return (await this.handle.describe()).historyLength;
  }

  /** Returns the workflow ids of the job's open workflows: the controller, crons and runs. */
  async openWorkflowIds(): Promise<string[]> {
    const query = `(WorkflowId = '${this.id}' OR WorkflowId STARTS_WITH '${this.id}/') AND ExecutionStatus = 'Running'`;
    return this.#listed(query);
  }

  /** Returns the workflow ids that match the visibility query. */
  async #listed(query: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId } of this.#runs.harness.client.workflow.list({ query }))
      ids.push(workflowId);
    return ids;
  }

  /** Waits until the controller's current run has an open cron; returns the cron's workflow id. */
  async openCronId(): Promise<string> {
    const { runId } = await this.handle.describe();
    const query = `ParentRunId = '${runId}' AND WorkflowType = 'jobTick' AND ExecutionStatus = 'Running'`;
    return until(async () => (await this.#listed(query))[0], { says: 'no cron was started' });
  }

  /** Waits until exactly one cron of the job is open; returns its workflow id. */
  async onlyCronId(): Promise<string> {
    let crons: string[] = [];
    const only = async () => {
      crons = (await this.openWorkflowIds()).filter((id) => id.includes('/cron-'));
      return crons.length === 1 && crons[0];
    };
    return until(only, { says: () => `ticking: ${crons.join(', ')}` });
  }

  /** Waits until none of the job's workflows is open, except these. */
  async waitUntilClosed(but: readonly string[] = []): Promise<void> {
    let running: string[] = [];
    const isOver = async () => {
      running = (await this.openWorkflowIds()).filter((id) => !but.includes(id));
      return running.length === 0;
    };
    await until(isOver, { says: () => `still running: ${running.join(', ')}` });
  }
}

/**
 * Counts the ticks of a stopped or paused job that started workflow `due` each second: ticks with a run, missed ticks
 * of the status, and all ticks that were due from the first to the last of these.
 */
export async function countTicks(
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

/** Returns whether a codec's payload is the result of a tick's workflow: a time in milliseconds. */
export function isTickResult({ data }: Payload): boolean {
  return /^\d{13}$/.test(Buffer.from(data ?? []).toString());
}
