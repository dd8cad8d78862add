/** The timeline of traces as they should not be: nothing is hidden, nothing freezes, and nothing is drawn where it is not. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { it } from 'node:test';
import type { Trace, TraceSpan } from '../../console/sources/index';
import { traceTimeline } from '../../console/timeline/run-timeline';
import type { Timeline } from '../../console/types';
import { rowTree } from '../support/console';

const START = 1_700_000_000_000;
const NOW = START + 3_600_000;

function span(
  spanId: string,
  name: string,
  {
    from = 0,
    ms = 100,
    parent,
    service = 'worker',
    ...more
  }: Partial<TraceSpan> & {
    from?: number;
    ms?: number;
    parent?: string;
    service?: string;
  } = {},
): TraceSpan {
  const startedAt = START + from;
  return {
    spanId,
    ...(parent !== undefined && { parentSpanId: parent }),
    name,
    kind: 'internal',
    startedAt,
    endedAt: startedAt + ms,
    startNanos: `${startedAt}000000`,
    endNanos: `${startedAt + ms}000000`,
    sender: { service, resource: [] },
    scope: { name: 'test' },
    status: 'unset',
    attributes: [],
    events: [],
    links: [],
    flags: 1,
    dropped: 0,
    received: 1,
    ...more,
  };
}

function timelineOf(...spans: TraceSpan[]): Timeline {
  const trace: Trace = { traceId: 'a'.repeat(32), spans, cut: 0, isBeginningExpired: false };
  return traceTimeline(trace, NOW);
}

it('spans whose parent was not received are shown with a note', () => {
  const one = timelineOf(span('r', 'RunWorkflow:x', { ms: 1_000 }), span('a', 'lost', { parent: 'gone' }));
  deepEqual(rowTree(one.rows), ['run x', 'missing a span that was not received', '  operation lost']);
  equal(one.rows[2]?.note, 'its parent was not received');
});

it('a run whose root was not received is named after its RunStarted span', () => {
  const { rows } = timelineOf(
    span('b', 'RunStarted:nightly', { parent: 'r', ms: 0 }),
    span('a', 'StartActivity:save', { parent: 'r', ms: 500 }),
  );
  deepEqual(rowTree(rows), ['run nightly', '  activity save']);
  equal(rows[0]?.note, 'its end was not received');
});

it('cycles of parents are opened at their earliest span, including a span that is its own parent', () => {
  const { rows } = timelineOf(
    span('a', 'first', { parent: 'c', from: 0 }),
    span('b', 'second', { parent: 'a', from: 10 }),
    span('c', 'third', { parent: 'b', from: 20 }),
    span('d', 'itself', { parent: 'd', from: 30 }),
  );
  deepEqual(rowTree(rows), [
    'operation first',
    '  operation second',
    '    operation third',
    'operation itself',
  ]);
  deepEqual(
    rows.filter(({ note }) => note === 'its parents form a cycle').map(({ name }) => name),
    ['first', 'itself'],
  );
});

it('spans of a service whose clock is off are moved into their caller, with a note', () => {
  const { rows } = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 1_000 }),
    span('c', 'GET', { parent: 'r', from: 100, ms: 200 }),
    span('s', 'GET /users', { parent: 'c', from: 5_100, ms: 100, service: 'shop' }),
    span('i', 'query', { parent: 's', from: 5_110, ms: 50, service: 'shop' }),
  );
  const [, , server, inner] = rows;
  deepEqual([server?.startMs, server?.durationMs, inner?.startMs], [150, 100, 160]);
  equal(server?.note, 'its clock is 4.95 s ahead: moved');
});

it('a span from the far future does not make the others invisible', () => {
  const timeline = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 1_000 }),
    span('f', 'future', { parent: 'r', from: 400 * 24 * 3_600_000 * 365 }),
  );
  equal(timeline.durationMs, 1_000);
  match(timeline.rows[1]?.note ?? '', /its time is outside of the run: 2/);
});

it('a span that was sent twice has a note', () => {
  const { rows } = timelineOf(span('r', 'RunWorkflow:x', { received: 2 }));
  equal(rows[0]?.note, 'sent twice: a workflow task was repeated');
});

it('attempts of an activity are separate, with the back-off between them', () => {
  const attempt = (number: number) => ({ attributes: [['job.activity.attempt', number]] as const });
  const { rows } = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 2_000 }),
    span('c', 'StartActivity:save', { parent: 'r', from: 100, ms: 1_500 }),
    span('1', 'RunActivity:save', { parent: 'c', from: 200, ms: 300, status: 'error', ...attempt(1) }),
    span('2', 'RunActivity:save', { parent: 'c', from: 1_000, ms: 590, ...attempt(2) }),
  );
  deepEqual(rowTree(rows), [
    'run x',
    '  activity save [waiting failed back-off working]',
    '    operation attempt 1',
    '    operation attempt 2',
  ]);
  deepEqual(
    rows[1]?.parts.map(({ startMs, durationMs }) => [startMs, durationMs]),
    [
      [100, 100],
      [200, 300],
      [500, 500],
      [1_000, 600],
    ],
  );
});

it('parts of a row that is short in a long run are kept, and add up to its duration', () => {
  const { rows } = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 3_600_000 }),
    span('c', 'StartActivity:save', { parent: 'r', from: 100, ms: 30 }),
    span('1', 'RunActivity:save', { parent: 'c', from: 110, ms: 20 }),
  );
  const [, save] = rows;
  deepEqual(rowTree(rows).slice(0, 2), ['run x', '  activity save [waiting working]']);
  equal(
    save?.parts.reduce((sum, { durationMs }) => sum + durationMs, 0),
    save?.durationMs,
  );
  equal(
    rows.flatMap(({ critical }) => critical).reduce((sum, { durationMs }) => sum + durationMs, 0),
    3_600_000,
  );
});

it('more than five similar siblings form a group; names may differ in ids', () => {
  const calls = Array.from({ length: 8 }, (_, n) =>
    span(`c${n}`, `GET /orders/${n}`, { parent: 'r', from: n * 100, ms: 50 + n, service: 'shop' }),
  );
  const { rows } = timelineOf(span('r', 'RunWorkflow:x', { ms: 1_000 }), ...calls);
  const [, group] = rows;
  deepEqual([group?.kind, group?.name, group?.below], ['group', 'GET /orders/#', 8]);
  deepEqual(group?.group, { count: 8, totalMs: 428, longestMs: 57, errors: 0 });
  const few = timelineOf(span('r', 'RunWorkflow:x', { ms: 1_000 }), ...calls.slice(0, 5));
  ok(few.rows.every(({ kind }) => kind !== 'group'));
});

it('a hundred thousand spans are laid out in time, with the slow and the failed ones', {
  timeout: 60_000,
}, () => {
  const wide = Array.from({ length: 100_000 }, (_, n) =>
    span(`${n}`, 'call', {
      parent: 'r',
      from: n,
      ms: n === 77_777 ? 5_000 : 1,
      status: n === 5 ? 'error' : 'unset',
    }),
  );
  const timeline = timelineOf(span('r', 'RunWorkflow:x', { ms: 110_000 }), ...wide);
  ok(timeline.rows.length <= 10_000);
  equal(timeline.spanCount, 100_001);
  equal(timeline.rows[0]?.more, 99_000);
  equal(timeline.cut, 99_000);
  ok(timeline.rows.some(({ durationMs, depth }) => durationMs === 5_000 && depth === 2));
  ok(timeline.rows.some(({ hasError, kind }) => hasError && kind === 'operation'));
});

it('a hundred thousand spans without parents are cut off too', { timeout: 60_000 }, () => {
  const alone = Array.from({ length: 100_000 }, (_, n) => span(`${n}`, `call ${n % 7}`, { from: n }));
  const timeline = timelineOf(...alone);
  ok(timeline.rows.length <= 10_000);
  equal(timeline.cut, 99_000);
});

it('a chain of a hundred thousand spans does not crash the program', { timeout: 60_000 }, () => {
  const deep = Array.from({ length: 100_000 }, (_, n) =>
    span(`${n}`, 'nested', { ...(n > 0 && { parent: `${n - 1}` }), ms: 200_000 - n }),
  );
  const timeline = timelineOf(...deep);
  ok(timeline.rows.length > 0 && timeline.rows.length <= 10_000);
  equal(timeline.rows.at(-1)?.more, 1);
  equal(timeline.cut, 100_000 - timeline.rows.length);
});

it('each moment is on the critical path exactly once', () => {
  const { rows } = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 1_000 }),
    span('a', 'short', { parent: 'r', from: 50, ms: 300 }),
    span('b', 'long', { parent: 'r', from: 60, ms: 600 }),
    span('c', 'inner', { parent: 'b', from: 100, ms: 400 }),
    span('d', 'last', { parent: 'r', from: 700, ms: 200 }),
  );
  const critical = rows.flatMap((row) =>
    row.critical.map((each) => [row.name, each.startMs, each.durationMs]),
  );
  deepEqual(critical, [
    ['x', 0, 50],
    ['x', 660, 40],
    ['x', 900, 100],
    ['short', 50, 10],
    ['long', 60, 40],
    ['long', 500, 160],
    ['inner', 100, 400],
    ['last', 700, 200],
  ]);
});

it('long periods in which nothing works are folded', () => {
  const { folds } = timelineOf(
    span('r', 'RunWorkflow:x', { ms: 100_000 }),
    span('a', 'before', { parent: 'r', from: 0, ms: 1_000 }),
    span('b', 'after', { parent: 'r', from: 90_000, ms: 10_000 }),
  );
  deepEqual(folds, [{ startMs: 1_000, durationMs: 89_000, text: '1 min 29 s: nothing' }]);
});
