/**
 * An invalid trace header costs only its link: the run is traced as if it had none, and one line is logged about the
 * loss.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers, Payload } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';
import { TRACE_HEADER } from '../../core/trace-header';
import type { ReceivedSpan } from '../../testing/otlp-span';
import { tree } from '../../testing/otlp-trace';
import { Harness } from '../support/harness';
import { traceIdOf } from '../support/runs';
import { finish, greet } from '../support/workflows/jobs';

const bytes = (text: string) => Buffer.from(text);
const json = (text: string): Payload => ({ metadata: { encoding: bytes('json/plain') }, data: bytes(text) });
const VALID_SPAN = '00-11111111111111111111111111111111-2222222222222222-01';

/** The problem, the header, and the message in the log. */
const FAULTS: readonly (readonly [name: string, header: Payload, why: string])[] = [
  ['not JSON', json('{"traceparent":'), 'it cannot be decoded'],
  ['of a codec', { metadata: { encoding: bytes('binary/encrypted') } }, 'it cannot be decoded'],
  ['a text', json('"traceparent"'), 'it is not a text map'],
  ['null', json('null'), 'it is not a text map'],
  ['an array', json(`["${VALID_SPAN}"]`), 'it is not a text map'],
  ['not W3C', json('{"traceparent":"1-2-3"}'), 'its traceparent is not valid'],
  [
    'with a span id of zeros',
    json(`{"traceparent":"00-${'1'.repeat(32)}-${'0'.repeat(16)}-01"}`),
    'its traceparent is not valid',
  ],
  [
    'with a traceparent that is not a string',
    json('{"traceparent":{"toString":1}}'),
    'its traceparent is not valid',
  ],
  [
    'oversized',
    json(JSON.stringify({ traceparent: VALID_SPAN, baggage: `a=${'b'.repeat(100_000)}` })),
    'it has 100088 bytes, more than 16384',
  ],
];

/** The message for each kind of call, logged once. */
const LOST = {
  start: 'The trace header of a start was ignored: WHY; the run is not linked to its caller.',
  signal: 'The trace header of a signal was ignored: WHY; its handler is not linked to the sender.',
  update: 'The trace header of an update was ignored: WHY; its handler is not linked to the caller.',
};

describe('a trace header that cannot be read', () => {
  let harness: Harness;
  let worker: Worker;
  let running: Promise<void>;
  let taskQueue: string;

  before(async () => {
    harness = await Harness.start();
    taskQueue = harness.newTaskQueue();
    worker = await harness.createWorker(taskQueue);
    running = worker.run();
  });

  after(async () => {
    worker?.shutdown();
    await running;
    await harness?.stop();
  });

  /** Returns a client that sends this header with every call; `undefined`: none. */
  function clientWith(header: Payload | undefined): Client {
    const write = <T extends { readonly headers: Headers }>(input: T): T =>
      header === undefined ? input : { ...input, headers: { ...input.headers, [TRACE_HEADER]: header } };
    const interceptor: WorkflowClientInterceptor = {
      startWithDetails: (input, next) => next(write(input)),
      signal: (input, next) => next(write(input)),
      startUpdate: (input, next) => next(write(input)),
    };
    return new Client({ connection: harness.connection, interceptors: { workflow: [interceptor] } });
  }

  /** Starts, updates and signals a run with this header; returns its trace after it has closed. */
  async function traceWith(header: Payload | undefined): Promise<ReceivedSpan[]> {
    const handle = await clientWith(header).workflow.start('waits', { taskQueue, workflowId: randomUUID() });
    equal(await handle.executeUpdate(greet, { args: ['you'] }), 'hello you');
    await handle.signal(finish);
    deepEqual(await handle.result(), ['you']);
    const { events } = await handle.fetchHistory();
    ok(!events?.some((event) => event.workflowTaskFailedEventAttributes), 'no workflow task failed');
    const traceId = traceIdOf(handle.firstExecutionRunId);
    const { TraceId } = await harness.searchAttributesOf(handle.workflowId);
    equal(TraceId, traceId, 'the run is bound');
    return harness.completeTrace(traceId);
  }

  it('is ignored for runs, signals and updates, and logged once for each kind', async () => {
    const shape = (trace: readonly ReceivedSpan[]) => tree(trace).sort();
    const expected = shape(await traceWith(undefined));
    ok(
      expected.includes('  HandleUpdate:greet') && expected.includes('  HandleSignal:finish'),
      expected.join(),
    );
    deepEqual(harness.log, []);
    const traces = await Promise.all(FAULTS.map(([, header]) => traceWith(header)));
    for (const [index, trace] of traces.entries()) {
      const [name] = FAULTS[index] ?? [];
      deepEqual(shape(trace), expected, name);
      deepEqual(
        trace.flatMap(({ links }) => links),
        [],
        name,
      );
    }
    const whys = FAULTS.map(([, , why]) => why);
    for (const text of Object.values(LOST)) {
      const said = whys.some((why) => harness.log.some((line) => line.includes(text.replace('WHY', why))));
      ok(said, `${text}: ${harness.log.join('\n')}`);
    }
    equal(harness.log.length, 3, harness.log.join('\n'));
  });

  for (const [name, header, why] of FAULTS) {
    it(`${name}: is named in the log`, async () => {
      harness.log.length = 0;
      await harness.whileWorking({}, async (queue) => {
        const handle = await clientWith(header).workflow.start('oneActivity', {
          taskQueue: queue,
          workflowId: randomUUID(),
        });
        await handle.result();
      });
      const [warning = '', ...more] = harness.log;
      ok(warning.includes(`temporal-job-tracing: ${LOST.start.replace('WHY', why)}`), warning);
      deepEqual(more, []);
    });
  }
});
