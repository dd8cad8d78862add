/**
 * Missed ticks: a real server is killed fifty times between the end of a tick's run and the end of its `jobTick`
 * workflow, and restarted with its file. The ticks that ran and the missed ticks are all ticks that were due.
 */
import { equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import type { ScheduledJobStatus } from 'temporal-job-tracing/client';
import { until } from '../../testing/until';
import { type StoredServer, startStoredServer } from '../support/alerts/stored-server';
import { workflowBundle } from '../support/bundles';
import { countTicks, isTickResult, SCHEDULED_PATH } from '../support/scheduled-jobs';

/** Fifty in all. */
const ROUNDS = 10;
const KILLS = 5;
const TASK_QUEUE = 'killed-ticks';
const WITHIN_MS = 150_000;

/** Kills the server after a tick's workflow has completed on its worker, before the server receives the completion. */
class Killer implements PayloadCodec {
  readonly #server: StoredServer;
  left = 0;
  restarting: Promise<void> | undefined;

  constructor(server: StoredServer) {
    this.#server = server;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (this.left > 0 && this.restarting === undefined && payloads.some(isTickResult)) {
      this.left -= 1;
      this.restarting = this.#server.killAndRestart().finally(() => {
        this.restarting = undefined;
      });
    }
    return payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads;
  }
}

describe('missed ticks: a server killed fifty times between a run’s end and its tick’s', () => {
  let directory: string;
  let server: StoredServer;
  let killer: Killer;
  let connection: Connection;
  let native: NativeConnection;
  let worker: Worker;
  let run: Promise<void>;

  before(async () => {
    process.env.OTEL_TRACES_EXPORTER = 'none';
    Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
    directory = mkdtempSync(join(tmpdir(), 'missed-ticks-'));
    server = await startStoredServer(join(directory, 'temporal.db'));
    killer = new Killer(server);
    connection = await Connection.connect({ address: server.address });
    native = await NativeConnection.connect({ address: server.address });
    const plugins = [new JobTracingPlugin()];
    worker = await Worker.create({
      connection: native,
      taskQueue: TASK_QUEUE,
      workflowBundle: await workflowBundle({ workflowsPath: SCHEDULED_PATH, plugins }),
      dataConverter: { payloadCodecs: [killer] },
      plugins,
    });
    run = worker.run();
  });

  after(async () => {
    worker.shutdown();
    await run;
    await Promise.all([connection.close(), native.close()]);
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  for (let round = 1; round <= ROUNDS; round++) {
    it(`${KILLS} times, round ${round}: each due tick is run or counted`, async (t) => {
      const client = new Client({ connection });
      const job = `${TASK_QUEUE}-${round}`;
      const spec = { workflow: 'due', cron: '@every 1s' };
      await client.workflow.start('scheduledJob', { taskQueue: TASK_QUEUE, workflowId: job, args: [spec] });
      killer.left = KILLS;
      const says = () => `${killer.left} kills are left`;
      const areDone = () => killer.left === 0 && killer.restarting === undefined;
      await until(areDone, { within: WITHIN_MS, says });
      const handle = client.workflow.getHandle(job);
      const pause = async () => {
        await handle.signal('pause');
        return true;
      };
      await until(() => pause().catch(() => false), { says: 'it is not paused' });
      const isOver = async () => {
        const { paused } = await handle.query<ScheduledJobStatus>('status');
        const query = `WorkflowId STARTS_WITH '${job}/' AND ExecutionStatus = 'Running'`;
        return paused && (await client.workflow.count(query)).count === 0;
      };
      await until(() => isOver().catch(() => false), { says: 'ticks go on' });
      const { run: ran, missed, due } = await countTicks(client, job);
      t.diagnostic(`${ran} run, ${missed} missed, of ${due}`);
      ok(missed > 0);
      equal(ran + missed, due);
    });
  }
});
