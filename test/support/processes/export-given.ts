/** A worker process without a tracer provider that passes the plugin processors; one throws, and one never flushes. */
import { InMemorySpanExporter, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { acquireSpanExport } from '../../../export';
import { activityOf, recordingLog, report, runSpan } from './export-program';

const RUN_ID = '0198c0de-0000-7000-8000-00000000000b';

class Throwing implements SpanProcessor {
  onStart(): void {
    throw new Error('no start');
  }
  onEnd(): void {
    throw new Error('no end');
  }
  forceFlush(): Promise<void> {
    throw new Error('no flush');
  }
  shutdown(): Promise<void> {
    throw new Error('no shutdown');
  }
}

class NeverFlushing extends Throwing {
  override onStart(): void {}
  override onEnd(): void {}
  override forceFlush(): Promise<void> {
    return new Promise(() => {});
  }
}

async function main() {
  const log = recordingLog();
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new Throwing(), new SimpleSpanProcessor(exporter), new NeverFlushing()];
  const names: string[][] = [];
  for (let i = 0; i < 2; i++) {
    const one = acquireSpanExport({ spanProcessors, flushTimeoutMs: 400, log });
    one.onEnd(runSpan(RUN_ID, one.resource));
    await activityOf(RUN_ID, async () => {});
    await one.release();
    names.push(exporter.getFinishedSpans().map(({ name }) => name));
    exporter.reset();
  }
  const other = acquireSpanExport({ log });
  const third = acquireSpanExport({ spanProcessors, flushTimeoutMs: 400, log });
  await Promise.all([other.release(), third.release()]);
  report({ names, log: log.lines });
}

void main();
