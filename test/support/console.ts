/**
 * The environment of the console's tests: a Temporal server, a console, and a worker and a service that send their
 * spans to it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { type JobTracingOptions, JobTracingPlugin } from 'temporal-job-tracing';
import type { ConsoleOptions } from '../../console/options';
import { type RunningConsole, startConsole } from '../../console/start';
import type { RunPage, TimelineRow } from '../../console/types';
import { startTemporalServer, type TemporalServer } from '../../testing/temporal-server';
import { until } from '../../testing/until';
import * as activities from './activities';
import { workflowBundle } from './bundles';

const WORKFLOWS_PATH = require.resolve('./workflows/console');

/** Creates a directory that the caller removes. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const directory = mkdtempSync(path.join(tmpdir(), 'console-'));
  return { path: directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Starts a console in this process, on a free port and with a directory of its own. */
export async function startConsoleFor(
  temporal: NonNullable<ConsoleOptions['temporal']>,
  options: ConsoleOptions = {},
): Promise<RunningConsole> {
  const directory = temporaryDirectory();
  const running = await startConsole({ port: 0, pollMs: 100, data: directory.path, temporal, ...options });
  return {
    ...running,
    close: async () => {
      await running.close();
      directory.remove();
    },
  };
}

/** Returns the JSON of a response that must be successful. */
export async function getJson<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  return readJson<T>(url, await fetch(url, { headers }));
}

async function findJson<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url);
  return response.status === 404 ? undefined : readJson<T>(url, response);
}

async function readJson<T>(url: string, response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Formats the rows of a timeline as an indented tree: kind, name, and the states of the parts. */
export function rowTree(rows: readonly TimelineRow[]): string[] {
  return rows.map(({ depth, kind, name, parts }) => {
    const states = parts.length > 0 ? ` [${parts.map(({ state }) => state).join(' ')}]` : '';
    return `${'  '.repeat(depth)}${kind} ${name}${states}`;
  });
}

function summaryOf({ run, sentence, waiting, timeline, spansNote, shards }: RunPage): string {
  const { state } = run;
  const { spanCount, rows } = timeline;
  return JSON.stringify(
    { state, sentence, waiting, spanCount, spansNote, shards, rows: rowTree(rows) },
    undefined,
    1,
  );
}

export class ConsoleHarness {
  readonly server: TemporalServer;
  readonly console: RunningConsole;
  readonly client: Client;
  readonly taskQueue: string;
  readonly #stops: (() => unknown)[];

  private constructor(
    parts: Pick<ConsoleHarness, 'server' | 'console' | 'client' | 'taskQueue'>,
    stops: (() => unknown)[],
  ) {
    this.server = parts.server;
    this.console = parts.console;
    this.client = parts.client;
    this.taskQueue = parts.taskQueue;
    this.#stops = stops;
  }

  /** @param plugin options of the worker's plugin; `null`: a worker without it */
  static async start(
    plugin: JobTracingOptions | null = {},
    options: ConsoleOptions = {},
  ): Promise<ConsoleHarness> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const server = await startTemporalServer({ log: () => {} });
    const running = await startConsoleFor({ address: server.address, namespaces: ['default'] }, options);
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: running.url,
      OTEL_SERVICE_NAME: 'worker',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const service = fork(path.join(__dirname, 'processes', 'slow-service.js'));
    const [message] = await Promise.race([once(service, 'message'), once(service, 'exit')]);
    if (message?.port === undefined) throw new Error(`the service has ended: ${message}`);
    process.env.DOWNSTREAM_URL = `http://127.0.0.1:${message.port}`;
    const connection = await Connection.connect({ address: server.address });
    const native = await NativeConnection.connect({ address: server.address });
    const taskQueue = `console-${process.pid}`;
    const plugins = plugin ? [new JobTracingPlugin(plugin)] : [];
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      activities,
      plugins,
      workflowBundle: await workflowBundle({ workflowsPath: WORKFLOWS_PATH, plugins }),
    });
    const done = worker.run();
    const client = new Client({ connection });
    const stops = [
      async () => {
        worker.shutdown();
        await done;
      },
      () => running.close(),
      () => service.disconnect(),
      () => connection.close(),
      () => native.close(),
      () => server.stop(),
    ];
    return new ConsoleHarness({ server, console: running, client, taskQueue }, stops);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop();
  }

  start(type: string, workflowId: string, args: unknown[] = [], more: object = {}) {
    return this.client.workflow.start(type, { taskQueue: this.taskQueue, workflowId, args, ...more });
  }

  /** Starts a run and waits until it has closed, with any result. @returns its run id */
  async run(type: string, workflowId: string, args: unknown[] = [], more: object = {}): Promise<string> {
    const handle = await this.start(type, workflowId, args, more);
    await handle.result().catch(() => {});
    return handle.firstExecutionRunId;
  }

  get<T>(path: string): Promise<T> {
    return getJson<T>(`${this.console.url}${path}`);
  }

  /** Like {@link get}, but returns `undefined` for status 404. */
  find<T>(path: string): Promise<T | undefined> {
    return findJson<T>(`${this.console.url}${path}`);
  }

  /** Waits until the page of a run fulfils the condition, and returns it. */
  page(runId: string, condition: (page: RunPage) => boolean, says: string): Promise<RunPage> {
    let last: RunPage | undefined;
    return until(
      async () => {
        last = await this.get<RunPage>(`/api/runs/${runId}`).catch(() => undefined);
        return last && condition(last) ? last : undefined;
      },
      { says: () => `${says}; got ${last && summaryOf(last)}` },
    );
  }
}
