/** An activity of a run that is not sampled creates no span; the span context of its header is active in it. */
import { deepEqual } from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { TRACE_HEADER, writeHeader } from '../core/trace-header';
import { activityInterceptors } from '../interceptors/activity';

const SPAN = { traceId: '01990a7b5c3d7e2f8a1b2c3d4e5f6a7b', spanId: '8a1b2c3d4e5f6a7b', sampled: false };

const sdk = new NodeSDK({
  autoDetectResources: false,
  spanProcessors: [new SimpleSpanProcessor(new InMemorySpanExporter())],
});
before(() => sdk.start());
after(() => sdk.shutdown());

it('has the span of its header active, with its trace state and the flag "not sampled"', async () => {
  const factory = activityInterceptors({
    onIgnored: () => {},
    traceStateOf: () => 'ot=th:8',
    policy: () => undefined,
  });
  const { inbound } = factory({ info: {} } as Context);
  const headers = { [TRACE_HEADER]: writeHeader({ span: { ...SPAN, traceState: 'vendor=1' } }) };
  const input: ActivityExecuteInput = { args: [], headers };
  const active = await inbound?.execute?.(input, async ({ headers }) => {
    const { traceId, spanId, traceFlags, traceState } = trace.getActiveSpan()?.spanContext() ?? {};
    return { traceId, spanId, traceFlags, traceState: traceState?.serialize(), headers };
  });
  const { traceId, spanId } = SPAN;
  deepEqual(active, { traceId, spanId, traceFlags: 0, traceState: 'vendor=1', headers: {} });
});
