/**
 * Part `host`: spans on their way from the sandbox's sink to an OTLP collector, at full speed and with a collector that
 * is half as fast as the spans.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { emptyResource } from '@opentelemetry/resources';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { SpanRecord } from '../../core/span-record';
import { BoundedSpanProcessor } from '../../export/bounded-processor';
import { LossLog } from '../../export/losses';
import { createJobMetrics } from '../../worker/metrics';
import { createRunDecisions } from '../../worker/run-decisions';
import { createSink } from '../../worker/sink';
import { startCollector } from '../core/collector';
import { counted, type Figure, figure, type PartOptions, type PartResult } from '../core/figure';
import { roundsOf } from '../core/rounds';
import { estimate, median, quantile } from '../core/statistics';

/** Defaults of the plugin's export. */
const BATCHES = {
  maxQueueSize: 2_048,
  maxExportBatchSize: 512,
  scheduledDelayMs: 5_000,
  exportTimeoutMs: 30_000,
};
const SPANS_PER_CALL = 3;
const SPEED = { rounds: 12, spans: 1_536 };
/** The overload: spans a second, and for how long. */
const OVERLOAD = { spansPerSecond: 3_000, seconds: 8, tickMs: 20 };

/** Measures the host side. */
export async function benchHost(options: PartOptions): Promise<PartResult> {
  return { part: 'host', figures: [...(await fullSpeed(options)), ...(await overload())] };
}

async function fullSpeed(options: PartOptions): Promise<Figure[]> {
  const collector = await startCollector();
  const { processor, exportSpans, lost } = pipeline(collector.url);
  const rounds: number[] = [];
  for (let round = -2; round < roundsOf(SPEED.rounds, options); round++) {
    const before = process.cpuUsage();
    for (let sent = 0; sent < SPEED.spans; sent += SPANS_PER_CALL) exportSpans();
    await processor.forceFlush();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) rounds.push((user + system) / SPEED.spans);
  }
  await processor.shutdown();
  await collector.close();
  return [
    figure('CPU of a span, from the sink to the collector', 'µs', estimate(rounds, median)),
    figure(
      'spans a second on one core',
      'spans/s',
      estimate(rounds, (some) => 1_000_000 / median(some)),
    ),
    counted('spans lost at full speed', 'spans', lost(), { atMost: 0 }),
  ];
}

/** Measures a collector that is so slow that it accepts half of the spans. */
async function overload(): Promise<Figure[]> {
  const { spansPerSecond, seconds, tickMs } = OVERLOAD;
  const delayMs = (1_000 * BATCHES.maxExportBatchSize) / (spansPerSecond / 2);
  const collector = await startCollector({ delayMs });
  const { processor, exportSpans, lost, abandon } = pipeline(collector.url);
  const callUs: number[] = [];
  const heap: number[] = [];
  let sent = 0;
  const started = performance.now();
  for (let elapsedMs = 0; elapsedMs < 1_000 * seconds; elapsedMs = performance.now() - started) {
    while (sent < (spansPerSecond * elapsedMs) / 1_000) {
      const before = performance.now();
      exportSpans();
      callUs.push(1_000 * (performance.now() - before));
      sent += SPANS_PER_CALL;
    }
    heap.push(process.memoryUsage().heapUsed / 2 ** 20);
    await sleep(tickMs);
  }
  await processor.forceFlush().catch(() => {});
  abandon();
  await processor.shutdown().catch(() => {});
  await collector.close();
  const half = Math.floor(heap.length / 2);
  return [
    counted('overload: spans lost and counted', '%', (100 * lost()) / sent),
    counted(
      'overload: heap in the second half, over the first',
      'MB',
      median(heap.slice(half)) - median(heap.slice(0, half)),
    ),
    counted('overload: a call of the sink, p50', 'µs', median(callUs)),
    counted('overload: a call of the sink, p99', 'µs', quantile(callUs, 0.99)),
  ];
}

/** Creates the plugin's own pipeline from the sink to the exporter. */
function pipeline(url: string) {
  let lostSpans = 0;
  const losses = new (class extends LossLog {
    override lost(spanCount: number, why: string): void {
      lostSpans += spanCount;
      super.lost(spanCount, why);
    }
  })({ info: () => {}, warn: () => {}, error: () => {} }, { destination: url, advice: '' });
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  const processor = new BoundedSpanProcessor(exporter, BATCHES, losses);
  const target = { resource: emptyResource(), onEnd: processor.onEnd.bind(processor) };
  const sink = createSink({
    target: () => target,
    decisions: createRunDecisions(),
    metrics: createJobMetrics('default'),
    log: { warn: () => {} },
  });
  return {
    processor,
    exportSpans() {
      const traceId = randomBytes(16).toString('hex');
      const info = { runId: traceId } as WorkflowInfo;
      sink.jobTracing.report.fn(
        info,
        Array.from({ length: SPANS_PER_CALL }, () => spanOf(traceId)),
      );
    },
    lost: () => lostSpans,
    abandon: () => processor.abandon(),
  };
}

function spanOf(traceId: string): SpanRecord {
  const now = Date.now();
  return {
    name: 'StartActivity:work',
    kind: 0,
    traceId,
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: traceId.slice(16),
    startMs: now - 20,
    endMs: now,
    statusCode: 1,
    attributes: { 'job.name': 'nightly', 'job.run.id': traceId, 'job.trigger': 'cron', 'job.attempt': 1 },
    events: [],
    links: [],
    droppedAttributes: 0,
  };
}
