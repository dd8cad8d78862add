/** The worker process of a fan-out, with the bundle that it needs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { bundle } from '../core/bundles';
import { startWorker, type WorkerProcess } from '../core/worker-process';
import { FAN_OUTS, type FanOut } from './fan-outs';

/** As docs/map-reduce.md has it for many shards. */
const LIBRARY = ['temporal-job-tracing/workflow', 'temporal-job-tracing/workflows'];

export interface FanOutWorkerOptions {
  /** Where its bundle is written. */
  readonly directory: string;
  /** `host:port` of the Temporal server. */
  readonly address: string;
  readonly collectorUrl: string;
}

/** Starts the worker and waits until it works; its threads tell about their heaps. */
export async function startFanOutWorker(
  fanOut: FanOut,
  { directory, address, collectorUrl }: FanOutWorkerOptions,
): Promise<WorkerProcess> {
  const index = FAN_OUTS.indexOf(fanOut);
  const codePath = join(directory, `${index}.js`);
  const isPlain = fanOut === 'plain children';
  const { code } = isPlain
    ? await bundle(require.resolve('../workflows/plain-fan-out'), [])
    : await bundle(
        require.resolve('../workflows/map-reduce'),
        [new JobTracingPlugin({ bind: 'all' })],
        LIBRARY,
      );
  await writeFile(codePath, code);
  const variant = isPlain ? 'no plugin' : 'ours, ratio 1';
  const taskQueue = `bench-${index}`;
  return startWorker({ variant, taskQueue, address, codePath, collectorUrl, watchesHeap: true });
}
