/** A worker process without OpenTelemetry of its own: two default set-ups one after the other, each for two workers. */
import http from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { acquireSpanExport } from '../../../export';
import { activityOf, recordingLog, report, runSpan } from './export-program';

const { DOWNSTREAM = '', RUN_IDS = '', FLAGS = '1' } = process.env;

const log = recordingLog();
const LOGS = Symbol.for('io.opentelemetry.js.api.logs');
const states: unknown[] = [];

function globals() {
  const carrier: Record<string, string> = {};
  const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  propagation.inject(trace.setSpanContext(context.active(), spanContext), carrier);
  return {
    provider: trace.getTracer('probe').startSpan('probe').isRecording(),
    propagates: Object.keys(carrier),
    loggerProvider: LOGS in globalThis,
  };
}

async function main() {
  for (const runId of RUN_IDS.split(',')) {
    const [one, two] = [acquireSpanExport({ log }), acquireSpanExport({ log })];
    states.push({
      ...globals(),
      processors: one.processors?.length ?? null,
      shared: one.resource === two.resource,
    });
    await activityOf(
      runId,
      async () => {
        await (await fetch(`${DOWNSTREAM}/fetch`)).text();
        await new Promise((resolve) =>
          http.get(`${DOWNSTREAM}/http`, (response) => response.resume().on('end', resolve)),
        );
        // With a short schedule delay the first spans are exported while the activity is still active.
        await setTimeout(50);
      },
      Number(FLAGS),
    );
    await fetch(`${DOWNSTREAM}/outside`);
    one.onEnd(runSpan(runId, one.resource));
    await one.release();
    await one.release();
    states.push(globals());
    await two.release();
    states.push(globals());
  }
  report({ states, log: log.lines });
}

void main();
