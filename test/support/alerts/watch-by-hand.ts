/**
 * A watcher that reads a real server when the test wants it, and whose observations the test sees in place of the
 * incidents.
 */
import { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { JobAlertsConfig } from 'temporal-job-tracing/alerts';
import { resolveAlerts } from '../../../alerts/config/resolve.js';
import type { Subject } from '../../../alerts/incident/message.js';
import type { Observation, Observations } from '../../../alerts/incident/observation.js';
import { JobWatch } from '../../../alerts/watch/job-watch.js';
import type { WatchCursor } from '../../../alerts/workflows/watcher-messages.js';
import type { Stage } from './stage.js';

type Listed = temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;

/** An observation, with the name of the job or task queue. */
export type Seen = Observation & { readonly subject: string };

export class WatchByHand {
  /** All observations, in order. */
  readonly seen: Seen[] = [];
  readonly #watch: JobWatch;
  /** Milliseconds that the watcher's clock is ahead. */
  #laterMs = 0;
  #stale: Listed | undefined;
  #last: Listed | undefined;

  constructor(stage: Stage, rules: Partial<JobAlertsConfig> = {}, cursor?: WatchCursor) {
    this.#watch = new JobWatch({
      client: this.#client(stage),
      config: resolveAlerts(stage.config(rules)),
      sinceMs: Date.now() - 3_600_000,
      cursor,
      redact: (text) => text,
      now: () => Date.now() + this.#laterMs,
      silences: async () => [],
      stoppedChannels: () => [],
    });
  }

  /** What was seen of a job, such as `failed` or `job.slow`. */
  of(job: string): string[] {
    return this.seen.flatMap((one) => {
      if (one.subject !== job) return [];
      return one.kind === 'raised' ? one.type : one.kind;
    });
  }

  /** Looks once. @param laterMs milliseconds that the watcher's clock is ahead; negative if it is behind */
  async poll(laterMs = 0): Promise<void> {
    this.#laterMs = laterMs;
    await this.#watch.poll();
  }

  /** Calls `fn` while all lists are as the last one was, as if visibility lagged. */
  async whileLagging(fn: () => Promise<void>): Promise<void> {
    this.#stale = this.#last;
    try {
      await fn();
    } finally {
      this.#stale = undefined;
    }
  }

  #client({ connection, namespace, client: { options } }: Stage): Client {
    const client = new Client({ connection, namespace, dataConverter: options.dataConverter });
    const signalWithStart = async (_: unknown, start: { args: [Subject]; signalArgs: [Observations] }) => {
      const [{ name }] = start.args;
      this.seen.push(...start.signalArgs[0].seen.map((one) => ({ ...one, subject: name })));
    };
    Object.assign(client.workflow, { signalWithStart });
    const { workflowService } = client;
    const listWorkflowExecutions = async (request: object) => {
      if (this.#stale) return this.#stale;
      this.#last = await workflowService.listWorkflowExecutions(request);
      return this.#last;
    };
    const value = Object.assign(Object.create(workflowService), { listWorkflowExecutions });
    return Object.defineProperty(client, 'workflowService', { value });
  }
}
