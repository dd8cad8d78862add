/** Starts the worker process of a fan-out, with its bundle. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { bundle } from '../core/bundles';
import { startWorker, type WorkerProcess } from '../core/worker-process';
import { FAN_OUTS, type FanOut } from './fan-outs';

/** Modules to preload, as docs/map-reduce.md recommends for many shards. */
const LIBRARY = ['temporal-job-tracing/workflow', 'temporal-job-tracing/workflows'];

/** Options of {@link startFanOutWorker}. */
export interface FanOutWorkerOptions {
  /** Directory for the bundle. */
  readonly directory: string;
  /** `host:port` of the Temporal server. */
  readonly address: string;
  readonly collectorUrl: string;
}

/** Starts the worker and waits until it polls; its threads report their heaps. */
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
