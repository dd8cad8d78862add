/** The waterfall that an example prints: its rows, its width, and the slow spans. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { it } from 'node:test';
import { duration } from '../../core/terminal-style';
import { waterfall } from '../../core/waterfall';
import type { ReceivedSpan } from '../../testing/otlp-span';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const RUN = [
  span('RunWorkflow:nightlyJob', 'worker', 0, 1000),
  span('RunActivity:loadUsers', 'worker', 50, 100, 'RunWorkflow:nightlyJob'),
  span('RunActivity:saveUsers', 'worker', 200, 780, 'RunWorkflow:nightlyJob'),
  span('PUT /users', 'ServiceApplication', 210, 760, 'RunActivity:saveUsers'),
  span('userInfoSave', 'ServiceApplication', 220, 700, 'PUT /users'),
  span('audit', 'ServiceApplication', 930, 0.4, 'PUT /users'),
];

it('a trace is drawn as a tree with bars on one time axis, and its slowest operation is named', () => {
  deepEqual(waterfall([...RUN].reverse(), { columns: 90 }), [
    `Trace ${TRACE_ID}  1.00 s, 6 spans, 2 services`,
    '',
    'RunWorkflow:nightlyJob    worker              █████████████████████████████████  1.00 s',
    '├─ RunActivity:loadUsers  worker               ███                               100 ms',
    '└─ RunActivity:saveUsers  worker                    ██████████████████████████   780 ms',
    '   └─ PUT /users          ServiceApplication        █████████████████████████    760 ms',
    '      ├─ userInfoSave     ServiceApplication         ███████████████████████     700 ms  ◀',
    '      └─ audit            ServiceApplication                                ▏    0.4 ms',
    '',
    '◀ slowest operation: userInfoSave in ServiceApplication, 700 ms of 1.00 s (70 %)',
  ]);
});

it('no line is longer than the limit, however long the names are', () => {
  const long = span('a'.repeat(200), 'b'.repeat(200), 0, 1000, 'RunWorkflow:nightlyJob');
  for (const line of waterfall([...RUN, long], { columns: 100 })) {
    if (!line.startsWith('◀')) ok(line.length <= 100, `${line.length}: ${line}`);
  }
});

it('an operation that failed is marked, in red where there is colour', () => {
  const failed = { ...span('RunActivity:x', 'worker', 0, 1), status: { code: 'error' as const } };
  ok(waterfall([failed])[2]?.startsWith('✗ RunActivity:x  worker'));
  ok(waterfall([failed], { color: true })[2]?.startsWith('\u001b[31m✗ RunActivity:x'));
});

it('the operation that failed first is named with its error, not those that failed because of it', () => {
  const [run, activity, server, query] = [
    failing('RunWorkflow:x', 'worker'),
    failing('RunActivity:x', 'worker', 'RunWorkflow:x'),
    span('PUT /users', 'service', 0, 1, 'RunActivity:x'),
    failing('userInfoSave', 'service', 'PUT /users', 'value too long'),
  ];
  deepEqual(waterfall([run, activity, server, query]).slice(-1), [
    '✗ userInfoSave in service: value too long',
  ]);
});

it('spans without their parent are at the top, a repeated span is shown once, and an empty trace has a note', () => {
  const lost = span('lost', 'worker', 0, 2, 'gone');
  const lines = waterfall([lost, lost, span('below', 'worker', 1, 1, 'lost')]);
  deepEqual(
    lines.slice(2, 4).map((line) => line.split('  ')[0]),
    ['lost', '└─ below'],
  );
  deepEqual(waterfall([]), ['The trace has no span.']);
});

it('texts are on one line each, without characters that a terminal obeys', () => {
  const hostile = '\u001b[2J\u009b31m free\r\nline\u202e';
  const lines = waterfall([failing(hostile, hostile, undefined, hostile)]);
  equal(lines.length, 6);
  equal(/[\p{Cc}\u202e]/u.test(lines.join('')), false);
  ok(lines[2]?.startsWith('✗  [2J 31m free line '));
});

it('an instant without any duration is drawn', () => {
  const line = waterfall([span('instant', 'worker', 0, 0)], { columns: 45 })[2];
  equal(line, 'instant  worker  ▏                    0 ms  ◀');
});

it('durations have a suitable unit', () => {
  const texts = [0, 0.04, 0.4, 12.6, 999.6, 59_990, 59_999, 125_000].map(duration);
  deepEqual(texts, ['0 ms', '<0.1 ms', '0.4 ms', '13 ms', '1.00 s', '59.99 s', '1 min 0 s', '2 min 5 s']);
});

function failing(name: string, service: string, parent?: string, message = 'failed'): ReceivedSpan {
  return { ...span(name, service, 0, 1, parent), status: { code: 'error', message } };
}

function span(
  name: string,
  service: string,
  startMs: number,
  durationMs: number,
  parent?: string,
): ReceivedSpan {
  return {
    name,
    kind: 'internal',
    traceId: TRACE_ID,
    spanId: name,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    flags: 1,
    startMs,
    endMs: startMs + durationMs,
    durationMs,
    attributes: {},
    status: { code: 'unset' },
    events: [],
    links: [],
    resource: { 'service.name': service },
    scope: 'test',
  };
}
