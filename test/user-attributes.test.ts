/**
 * Whatever values user code passes to a span, nothing throws, no run gets stuck, and all exported values are within
 * OpenTelemetry's types and limits.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MAX_ATTRIBUTES, MAX_STRING_LENGTH } from '../core/attribute-limits';
import { parseBaggage } from '../core/baggage';
import type { ReceivedSpan } from '../testing/otlp-span';
import { id, Runs, rootIdOf, traceIdOf } from './support/runs';

describe('a workflow that sets invalid values on spans', () => {
  let runs: Runs;
  let trace: ReceivedSpan[];
  let thrown: string[];
  let baggage: string;
  let runId: string;

  before(async () => {
    runs = await Runs.start({ options: { workflowsPath: require.resolve('./support/workflows/hostile') } });
    const start = { taskQueue: runs.taskQueue, workflowId: id('hostile') };
    const handle = await runs.harness.client.workflow.start('hostile', start);
    [thrown, baggage] = await handle.result();
    runId = handle.firstExecutionRunId;
    trace = await runs.harness.completeTrace(traceIdOf(runId));
  });
  after(() => runs.stop());

  const named = (name: string) => trace.filter((span) => span.name === name);

  it('gets no error from the API', () => deepEqual(thrown, []));

  it('ends without a failed task, with a complete trace', async () => {
    const { events } = await runs.harness.client.workflow.getHandle(id('hostile')).fetchHistory();
    ok(!events?.some((event) => event.workflowTaskFailedEventAttributes));
    await runs.completeRootOf(runId);
  });

  it('keeps the valid values', () => {
    const root = trace.find(({ spanId }) => spanId === rootIdOf(runId));
    deepEqual([root?.attributes.good, root?.attributes['job.name']], ['kept', 'hostile']);
    equal(root?.status.code, 'ok');
  });

  it('has its spans, with valid times and kinds', () => {
    const started = named('started');
    ok(started.length >= 100, String(started.length));
    for (const { startMs, endMs, kind } of started) {
      ok(startMs >= 0 && endMs >= startMs && endMs <= Date.now(), `${startMs} to ${endMs}`);
      equal(kind, 'internal');
    }
  });

  it('has no invalid link', () =>
    deepEqual(
      trace.flatMap(({ links }) => links),
      [],
    ));

  it('sends the valid entries of its baggage, beside those of the run', () => {
    const entries = parseBaggage(baggage);
    deepEqual([entries.get('good')?.value, entries.get('half')?.value], ['kept', '\ufffd']);
    deepEqual(
      [entries.get('job.name')?.value, entries.get('traffic.origin')?.value],
      ['hostile', 'scheduler'],
    );
    ok(![...entries.keys()].some((name) => name.includes('evil')));
  });

  it('has attributes within the limits', () => {
    const [own] = named('own');
    equal(Object.keys(own?.attributes ?? {}).length, MAX_ATTRIBUTES);
    ok((own?.events.length ?? 0) <= 128);
    for (const span of trace) {
      for (const attributes of [span.attributes, ...span.events.map((event) => event.attributes)])
        for (const value of Object.values(attributes))
          ok(String(value).length <= MAX_STRING_LENGTH, span.name);
    }
  });
});
