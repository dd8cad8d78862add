/** Runs of `httpJob` on a real Temporal server, against a service whose responses a test determines. */
import { ok } from 'node:assert/strict';
import type { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { createHttpActivities, type HttpActivitiesOptions } from 'temporal-job-tracing/activities';
import type { HttpJobInput, HttpResponse } from 'temporal-job-tracing/workflows';
import { type HttpService, type ServedRequest, startHttpService } from './http-service';
import { id, Runs } from './runs';

export type StubResponse = [status: number, body?: string | Buffer, headers?: Record<string, string>];

/** The outcome of a run of `httpJob`. */
export interface HttpJobRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The response, or the type and message of the failure as in {@link failureOf}. */
  readonly result: HttpResponse | string;
  /** Requests that the service received meanwhile. */
  readonly requests: readonly ServedRequest[];
}

export class HttpJobs {
  readonly runs: Runs;
  readonly service: HttpService;
  /** Returns the service's response to a request. */
  respond: (request: ServedRequest) => StubResponse = () => [200];

  private constructor(runs: Runs, service: HttpService) {
    this.runs = runs;
    this.service = service;
  }

  static async start(options: HttpActivitiesOptions): Promise<HttpJobs> {
    const service = await startHttpService((request, response) => {
      const [status, body = '', headers = {}] = jobs.respond(request);
      response.writeHead(status, headers).end(body);
    });
    const jobs = new HttpJobs(
      await Runs.start({
        options: {
          workflowsPath: require.resolve('./workflows/http'),
          activities: createHttpActivities(options),
        },
      }),
      service,
    );
    return jobs;
  }

  async stop(): Promise<void> {
    await this.runs.stop();
    await this.service.close();
  }

  /** Starts `httpJob` with the CLI, as users do, and waits until it has closed. */
  async run(name: string, input: object): Promise<HttpJobRun> {
    const workflowId = id(name);
    const before = this.service.requests.length;
    await this.runs.cli(
      `workflow start --type httpJob --task-queue ${this.runs.taskQueue} --workflow-id ${workflowId} --input`,
      JSON.stringify(input),
    );
    const handle =
      this.runs.harness.client.workflow.getHandle<(input: HttpJobInput) => Promise<HttpResponse>>(workflowId);
    const result = await handle.result().catch((error: WorkflowFailedError) => failureOf(error));
    const { runId } = await handle.describe();
    return { workflowId, runId, result, requests: this.service.requests.slice(before) };
  }
}

/**
 * Returns the type and message of the innermost failure, as in `Type message`; `Type! message` if it is non-retryable.
 */
export function failureOf({ cause }: WorkflowFailedError): string {
  const failure = cause instanceof ActivityFailure ? cause.cause : cause;
  ok(failure instanceof ApplicationFailure);
  return `${failure.type}${failure.nonRetryable ? '!' : ''} ${failure.message}`;
}
