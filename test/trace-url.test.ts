/** Links to the run's trace in each back end; an invalid option is refused before any run. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillTraceUrl } from '../core/trace-url';
import { compileTraceUrl, type TraceUrlOption } from '../core/trace-url-option';

const RUN = Object.freeze({
  traceId: '01990a7b5c3d7e2f8a1b2c3d4e5f6a7b',
  spanId: '8a1b2c3d4e5f6a7b',
  runId: '01990a7b-5c3d-7e2f-8a1b-2c3d4e5f6a7b',
  startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
});
const ENDED = Object.freeze({ ...RUN, endMs: RUN.startMs + 5_000 });
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const link = (option: TraceUrlOption, run = ENDED) => fillTraceUrl(compileTraceUrl(option, 'JobClient'), run);

describe('links by template', () => {
  it('each placeholder is filled, as often as it occurs', () => {
    equal(
      link('https://x.test/{traceId}/{spanId}?run={runId}&again={traceId}'),
      `https://x.test/${RUN.traceId}/${RUN.spanId}?run=${RUN.runId}&again=${RUN.traceId}`,
    );
  });

  it('the time spans the run and a minute on both sides, in three notations', () => {
    const times = new URL(
      link('https://x.test/{traceId}?m={startMs},{endMs}&s={startSec},{endSec}&i={startIso},{endIso}'),
    ).searchParams;
    const [from, to] = [RUN.startMs - MINUTE_MS, ENDED.endMs + MINUTE_MS];
    equal(times.get('m'), `${from},${to}`);
    equal(times.get('s'), `${Math.floor(from / 1000)},${Math.ceil(to / 1000)}`);
    equal(times.get('i'), '2026-01-02T03:03:05.678Z,2026-01-02T03:05:10.678Z');
  });

  it('an open run is searched for a day', () => {
    equal(
      fillTraceUrl(compileTraceUrl('https://x.test/{traceId}/{endMs}', 'JobClient'), RUN),
      `https://x.test/${RUN.traceId}/${RUN.startMs + DAY_MS}`,
    );
  });

  it('values are percent-encoded', () => {
    const hostile = { ...ENDED, runId: 'a/b?c&d#e)f "' };
    equal(fillTraceUrl('https://x.test/{runId}', hostile), 'https://x.test/a%2Fb%3Fc%26d%23e)f%20%22');
  });

  it('braces that are not placeholders stay, parentheses cannot end a Markdown link', () => {
    equal(
      link('https://x.test/?q={"id":"{traceId}"}&r=(a:!(b))'),
      `https://x.test/?q={"id":"${RUN.traceId}"}&r=%28a:!%28b%29%29`,
    );
  });

  it('a compiled template can be compiled again', () => {
    const template = compileTraceUrl(
      { preset: 'tempo', baseUrl: 'http://g.test', datasourceUid: 'a(b)' },
      'JobClient',
    );
    equal(compileTraceUrl(template, 'JobClient'), template);
  });
});

describe('links by preset', () => {
  const { traceId, spanId } = RUN;
  const presets: readonly (readonly [TraceUrlOption, string])[] = [
    [
      { preset: 'jaeger', baseUrl: 'http://localhost:16686/' },
      `http://localhost:16686/trace/${traceId}?uiFind=${spanId}`,
    ],
    [{ preset: 'console', baseUrl: 'http://localhost:4318/' }, `http://localhost:4318/traces/${traceId}`],
    [{ preset: 'zipkin', baseUrl: 'http://z.test:9411' }, `http://z.test:9411/zipkin/traces/${traceId}`],
    [{ preset: 'zipkin', baseUrl: 'http://z.test/zipkin/' }, `http://z.test/zipkin/traces/${traceId}`],
    [
      { preset: 'datadog', baseUrl: 'https://app.datadoghq.eu' },
      `https://app.datadoghq.eu/apm/trace/${traceId}?timeHint=${RUN.startMs - MINUTE_MS}`,
    ],
    [
      { preset: 'signoz', baseUrl: 'http://s.test:8080' },
      `http://s.test:8080/trace/${traceId}?spanId=${spanId}`,
    ],
    [
      { preset: 'elastic', baseUrl: 'https://k.test/s/team' },
      `https://k.test/s/team/app/apm/link-to/trace/${traceId}` +
        '?rangeFrom=2026-01-02T03%3A03%3A05.678Z&rangeTo=2026-01-02T03%3A05%3A10.678Z',
    ],
    [
      { preset: 'honeycomb', baseUrl: 'https://ui.honeycomb.io', team: 'my team', environment: 'prod' },
      `https://ui.honeycomb.io/my%20team/environments/prod/trace?trace_id=${traceId}&span=${spanId}` +
        '&trace_start_ts=1767322985&trace_end_ts=1767323111',
    ],
    [
      { preset: 'honeycomb', baseUrl: 'https://h.test', team: 't', environment: 'e', dataset: 'jobs' },
      `https://h.test/t/environments/e/datasets/jobs/trace?trace_id=${traceId}&span=${spanId}` +
        '&trace_start_ts=1767322985&trace_end_ts=1767323111',
    ],
  ];
  for (const [option, expected] of presets) {
    it(expected, () => {
      equal(link(option), expected);
    });
  }

  it('tempo opens Explore with the trace, the data source and the time', () => {
    const url = new URL(link({ preset: 'tempo', baseUrl: 'https://g.test/base/', datasourceUid: 'P"1&{x}' }));
    equal(url.origin + url.pathname, 'https://g.test/base/explore');
    equal(url.searchParams.get('schemaVersion'), '1');
    const datasource = { type: 'tempo', uid: 'P"1&{x}' };
    deepEqual(JSON.parse(url.searchParams.get('panes') ?? ''), {
      trace: {
        datasource: 'P"1&{x}',
        queries: [{ refId: 'A', datasource, queryType: 'traceql', query: traceId }],
        range: { from: String(RUN.startMs - MINUTE_MS), to: String(ENDED.endMs + MINUTE_MS) },
      },
    });
  });
});

describe('wrong options are refused with name, expectation, value and type', () => {
  const address = 'an http or https address without white space';
  const presets = 'one of console, jaeger, tempo, zipkin, datadog, honeycomb, signoz, elastic';
  const wrong: readonly (readonly [unknown, string])[] = [
    ['', "traceUrl: expected a template with {traceId} or {runId}, got '' (string)"],
    [
      'https://x.test',
      "traceUrl: expected a template with {traceId} or {runId}, got 'https://x.test' (string)",
    ],
    [
      'https://x.test/{traceid}',
      "traceUrl: expected known placeholders only, not {traceid}, got 'https://x.test/{traceid}' (string)",
    ],
    ['/trace/{traceId}', `traceUrl: expected ${address}, got '/trace/{traceId}' (string)`],
    [
      'javascript:alert({traceId})',
      `traceUrl: expected ${address}, got 'javascript:alert({traceId})' (string)`,
    ],
    ['https://x.test/ {traceId}', `traceUrl: expected ${address}, got 'https://x.test/ {traceId}' (string)`],
    [
      'https://me:pw@x.test/{traceId}',
      "traceUrl: expected an http or https address without user name and password, got 'https://…@x.test/{traceId}' (string)",
    ],
    [
      'https://me:pw@x.test/',
      "traceUrl: expected a template with {traceId} or {runId}, got 'https://…@x.test/' (string)",
    ],
    [
      { preset: 'jaeger', baseUrl: 'http://me:pw@x.test' },
      "traceUrl.baseUrl: expected an http or https address without user name and password, got 'http://…@x.test' (string)",
    ],
    [
      { preset: 'jaeger', baseUrl: 'http://x.test', team: 't' },
      "traceUrl.team: expected one of preset, baseUrl, got 'team' (string)",
    ],
    [null, 'traceUrl: expected a template or a preset, got null (object)'],
    [7, 'traceUrl: expected a template or a preset, got 7 (number)'],
    [{ preset: 'jaeger' }, `traceUrl.baseUrl: expected ${address}, got undefined (undefined)`],
    [
      { preset: 'jaeger', baseUrl: 'localhost' },
      `traceUrl.baseUrl: expected ${address}, got 'localhost' (string)`,
    ],
    [
      { preset: 'lightstep', baseUrl: 'http://x.test' },
      `traceUrl.preset: expected ${presets}, got 'lightstep' (string)`,
    ],
    [{ baseUrl: 'http://x.test' }, `traceUrl.preset: expected ${presets}, got undefined (undefined)`],
    [
      { preset: 'tempo', baseUrl: 'http://x.test' },
      'traceUrl.datasourceUid: expected a non-empty string, got undefined (undefined)',
    ],
    [
      { preset: 'honeycomb', baseUrl: 'http://x.test', environment: 'e' },
      'traceUrl.team: expected a non-empty string, got undefined (undefined)',
    ],
    [
      { preset: 'honeycomb', baseUrl: 'http://x.test', team: 't', environment: '' },
      "traceUrl.environment: expected a non-empty string, got '' (string)",
    ],
    [
      { preset: 'honeycomb', baseUrl: 'http://x.test', team: 't', environment: 'e', dataset: 1 },
      'traceUrl.dataset: expected a non-empty string, got 1 (number)',
    ],
  ];
  for (const [option, message] of wrong) {
    it(message, () => {
      throws(() => compileTraceUrl(option as TraceUrlOption, 'JobClient'), {
        name: 'OptionError',
        message: `JobClient: ${message}`,
      });
    });
  }
});
