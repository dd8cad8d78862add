/**
 * `npm run record-histories -- <version>`: records runs of each kind, of jobs and of alert workflows, with this code on
 * a real Temporal server. Never overwrites a part that the version has: recorded histories must replay with all later
 * versions.
 */
import { homedir, hostname, tmpdir } from 'node:os';
import { Client } from '@temporalio/client';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { serviceHandler } from 'nexus-rpc';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { createHttpActivities, scheduledJobActivities } from 'temporal-job-tracing/activities';
import { until } from '../../testing/until';
import { Harness } from '../support/harness';
import { historiesBundle, markersOf, type RecordedRun } from '../support/histories';
import { startHttpService } from '../support/http-service';
import * as activities from './activities';
import { IDENTITY, type Part, recordedVersions, writeHistories } from './files';
import { KINDS, type KindName } from './kinds';
import { recordAlerts } from './record-alerts';
import { SETUPS, type Setup, UNREGISTERED } from './setups';
import { jobService } from './workflows';

/** Time limit of a kind, on a busy machine. */
const KIND_MS = 180_000;

type Found = Parameters<typeof writeHistories>[2][number];

async function main(version: string | undefined): Promise<void> {
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`Which version? Expected three numbers such as 0.1.0, got ${version ?? 'nothing'}.`);
  const parts = Object.entries(PARTS).filter(([part]) => !recordedVersions(part as Part).includes(version));
  if (parts.length === 0)
    throw new Error(`test/histories/${version} is there, and must stay as it is: record the next version.`);
  for (const [part, record] of parts)
    writeHistories(version, part as Part, await record(), [
      `@${hostname()}`,
      process.cwd(),
      homedir(),
      `${tmpdir()}/`,
    ]);
}

const PARTS: Readonly<Record<Part, () => Promise<Found[]>>> = { runs: recordRuns, alerts: recordAlerts };

async function recordRuns(): Promise<Found[]> {
  const harness = await Harness.start({ namespaces: [UNREGISTERED] });
  const service = await startHttpService(({ path }, response) =>
    response.writeHead(path === '/fails' ? 503 : 200).end('{}'),
  );
  try {
    const found: Found[] = [];
    for (const [name, setup] of Object.entries(SETUPS)) {
      found.push(...(await recordSetup(harness, service.url, name, setup)));
      console.log(`${name}: ${found.length} histories so far`);
    }
    return found;
  } finally {
    await service.close();
    await harness.stop();
  }
}

async function recordSetup(
  harness: Harness,
  serviceUrl: string,
  name: string,
  { plugin, bundle = plugin, namespace = 'default', kinds }: Setup,
): Promise<Found[]> {
  const { connection } = harness;
  const client = new Client({ connection, namespace, identity: IDENTITY });
  const pluginClient = new Client({
    connection,
    namespace,
    identity: IDENTITY,
    plugins: [new JobTracingPlugin()],
  });
  const taskQueue = `histories-${name}`;
  const endpoint = taskQueue;
  await harness.cli(
    ...['operator', 'nexus', 'endpoint', 'create', '--name', endpoint],
    ...['--target-namespace', namespace, '--target-task-queue', taskQueue],
  );
  const worker = await harness.createWorker(taskQueue, {
    plugin,
    options: {
      namespace,
      identity: IDENTITY,
      workflowBundle: await historiesBundle(bundle, require.resolve('./workflows')),
      activities: { ...activities, ...createHttpActivities({}), ...(plugin ? {} : scheduledJobActivities) },
      nexusServices: [jobs],
    },
  });
  return harness.whileRunning([worker], async () => {
    const recordKind = async (kind: KindName): Promise<Found[]> => {
      const id = `${name}/${kind}`;
      const stage = { client, pluginClient, taskQueue, id, endpoint, serviceUrl };
      const runs = await until(() => KINDS[kind](stage), { within: KIND_MS, says: `${id} has not ended` });
      return distinct(runs).map((run, index) => ({
        file: `${id}${index === 0 ? '' : `.${index + 1}`}.binpb`,
        kind,
        plugin,
        ...(bundle !== plugin && { bundle }),
        run,
      }));
    };
    return (await Promise.all(kinds.map(recordKind))).flat();
  });
}

const jobs = serviceHandler(jobService, {
  runJob: new WorkflowRunOperationHandler<string, string>((ctx, workflowId) =>
    startWorkflow(ctx, 'oneActivity', { workflowId }),
  ),
});

/** Returns the runs that differ in type, markers or events; most shards and ticks do not. */
function distinct(runs: readonly RecordedRun[]): RecordedRun[] {
  const bySignature = new Map<string, RecordedRun>();
  for (const run of runs) {
    const [started] = run.history.events ?? [];
    const type = started?.workflowExecutionStartedEventAttributes?.workflowType?.name;
    const events = (run.history.events ?? []).map(({ eventType }) => eventType);
    const signature = [type, ...markersOf(run.history), ...events].join();
    if (!bySignature.has(signature)) bySignature.set(signature, run);
  }
  return [...bySignature.values()];
}

main(process.argv[2]).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
