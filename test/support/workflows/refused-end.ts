/** A workflow whose last task is slow: a signal that arrives meanwhile makes the server refuse its completion. */
import { trace } from '@opentelemetry/api';
import { defineSignal, proxyActivities, proxySinks, type Sinks, setHandler } from '@temporalio/workflow';
import type * as activities from '../activities';

export interface SlowSinks extends Sinks {
  slow: { wait(): void };
}

export const late = defineSignal('late');

const { callDownstream, isFirstCall } = proxyActivities<typeof activities>({ startToCloseTimeout: '30s' });
const { slow } = proxySinks<SlowSinks>();

export async function refusedEnd(): Promise<void> {
  const tracer = trace.getTracer('user');
  setHandler(late, async () => {
    tracer.startSpan('in the handler').end();
    tracer.startSpan('finishing').end();
    await isFirstCall('late');
  });
  await callDownstream();
  slow.wait();
  tracer.startSpan('finishing').end();
  // Never completes: the run closes first.
  void callDownstream('/never').catch(() => {});
}
