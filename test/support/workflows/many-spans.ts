/** A workflow that creates many spans in one task. */
import { trace } from '@opentelemetry/api';

export async function manySpans(count: number): Promise<void> {
  const tracer = trace.getTracer('user');
  for (let n = 0; n < count; n++) tracer.startSpan('item').end();
}
