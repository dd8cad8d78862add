/**
 * A worker that is killed shortly after a run has closed does not lose the run's root span, since roots are exported
 * soon after their end, whatever the schedule delay.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import { BoundedSpanProcessor } from '../../export/bounded-processor';
import { LossLog } from '../../export/losses';
import { Harness } from '../support/harness';
import { startPolicyWorker } from '../support/policy-workers';
import { recordingLog, runSpan } from '../support/processes/export-program';
import { rootIdOf, traceIdOf } from '../support/runs';

const OK: ExportResult = { code: ExportResultCode.SUCCESS };
const RUN_ID = '0198c0de-0000-7000-8000-00000000000d';
const ROOT = runSpan(RUN_ID, emptyResource());
const OTHER = { ...ROOT, name: 'StartActivity:work' };

describe('lost at SIGKILL: the delay of a root', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  /** Creates a processor; returns the numbers of spans per request, and the pending results of requests. */
  function processor() {
    const sent: number[] = [];
    const answers: (() => void)[] = [];
    const losses = new LossLog(recordingLog(), { destination: 'there', advice: 'Look.' });
    const exporter = {
      export: (spans: readonly unknown[], answer: (result: ExportResult) => void) => {
        sent.push(spans.length);
        answers.push(() => answer(OK));
      },
      shutdown: async () => {},
    };
    const settings = {
      maxQueueSize: 8,
      maxExportBatchSize: 4,
      scheduledDelayMs: 60_000,
      exportTimeoutMs: 30_000,
    };
    return { sent, answers, target: new BoundedSpanProcessor(exporter, settings, losses) };
  }

  it('a root and what is queued before it are sent within 200 ms, other spans after the delay', () => {
    const { sent, target } = processor();
    target.onEnd(OTHER);
    mock.timers.tick(200);
    deepEqual(sent, []);
    target.onEnd(ROOT);
    target.onEnd(ROOT);
    mock.timers.tick(200);
    deepEqual(sent, [3]);
  });

  it('while a request is pending, roots wait: a slow collector gets no more requests at once', async () => {
    const { sent, answers, target } = processor();
    for (let i = 0; i < 3; i++) {
      target.onEnd(ROOT);
      mock.timers.tick(200);
    }
    deepEqual(sent, [1]);
    answers.shift()?.();
    await Promise.resolve();
    deepEqual(sent, [1, 2]);
  });
});

it('lost at SIGKILL: roots of runs that completed just before their worker is killed are at the collector', async () => {
  const harness = await Harness.start();
  // Without any setting of a delay.
  delete process.env.OTEL_BSP_SCHEDULE_DELAY;
  try {
    const taskQueue = harness.newTaskQueue();
    const worker = await startPolicyWorker(harness, { taskQueue });
    const runs = Array.from({ length: 20 }, async () => {
      const options = { taskQueue, workflowId: randomUUID(), args: [10] };
      const handle = await harness.client.workflow.start('takes', options);
      await handle.result();
      return handle.firstExecutionRunId;
    });
    const runIds = await Promise.all(runs);
    // Between the delay of roots and that of other spans.
    await sleep(400);
    await worker.kill();
    const hasRoot = (runId: string) =>
      harness.receiver.trace(traceIdOf(runId)).some(({ spanId }) => spanId === rootIdOf(runId));
    equal(runIds.filter(hasRoot).length, runIds.length);
  } finally {
    await harness.stop();
  }
});
