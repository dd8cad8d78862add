/**
 * What the tests of scheduled jobs share: jobs started with the CLI alone, and what is seen of them.
 */
import { ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ScheduledJobStatus } from 'temporal-job-tracing/client';
import type { ScheduledJobSpec } from 'temporal-job-tracing/workflows';
import { id, type Runs } from './runs';

export const SCHEDULED_PATH = require.resolve('./workflows/scheduled');
const TIMEOUT_MS = 60_000;

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
    const giveUp = Date.now() + TIMEOUT_MS;
    for (;;) {
      const status = await this.handle.query<ScheduledJobStatus>('status');
      if (isWanted(status)) return status;
      ok(Date.now() < giveUp, `the status stays ${JSON.stringify(status)}`);
      await sleep(100);
    }
  }

  /** The controller's run after this one, as soon as it has continued as new: when no handler is at work. */
  async continuedFrom(runId: string): Promise<WorkflowExecutionDescription> {
    const giveUp = Date.now() + TIMEOUT_MS;
    for (;;) {
      const found = await this.handle.describe();
      if (found.runId !== runId) return found;
      ok(Date.now() < giveUp, `it has not continued as new, with ${found.historyLength} events`);
      await sleep(100);
    }
  }

  /** Number of events in the history of the controller's present run. */
  async events(): Promise<number> {
    return (await this.handle.describe()).historyLength;
  }

  /** Workflow ids of what belongs to the job and is running. */
  async running(): Promise<string[]> {
    const query = `(WorkflowId = '${this.id}' OR WorkflowId STARTS_WITH '${this.id}/') AND ExecutionStatus = 'Running'`;
    const ids: string[] = [];
    for await (const { workflowId } of this.#runs.harness.client.workflow.list({ query }))
      ids.push(workflowId);
    return ids;
  }

  /** Workflow id of the cron that ticks, as soon as there is one. */
  async cronId(): Promise<string> {
    const giveUp = Date.now() + TIMEOUT_MS;
    const started = await this.handle.describe();
    for (;;) {
      const query = `ParentRunId = '${started.runId}' AND WorkflowType = 'jobTick' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of this.#runs.harness.client.workflow.list({ query }))
        return workflowId;
      ok(Date.now() < giveUp, 'no cron was started');
      await sleep(100);
    }
  }

  /** Waits until only one cron ticks for the job; returns its workflow id. */
  async hasOneCron(): Promise<string> {
    const giveUp = Date.now() + TIMEOUT_MS;
    for (;;) {
      const [cron = '', ...others] = (await this.running()).filter((id) => id.includes('/cron-'));
      if (cron && others.length === 0) return cron;
      ok(Date.now() < giveUp, `ticking: ${[cron, ...others].join(', ')}`);
      await sleep(100);
    }
  }

  /** Waits until nothing of the job is running any more but these. */
  async isOver(but: readonly string[] = []): Promise<void> {
    const giveUp = Date.now() + TIMEOUT_MS;
    for (;;) {
      const running = (await this.running()).filter((id) => !but.includes(id));
      if (running.length === 0) return;
      ok(Date.now() < giveUp, `still running: ${running.join(', ')}`);
      await sleep(100);
    }
  }
}
