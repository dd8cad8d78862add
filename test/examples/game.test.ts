/** The game example as users run it: the links that it prints lead to the cause of a slow run. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, it } from 'node:test';
import { promisify } from 'node:util';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete } from '../../testing/otlp-trace';
import { assertPortsClosed, killExamples, runExample, STORY_MS } from '../support/example-process';
import { alertAbout, GRAY_STORY } from '../support/game-story';

const TRACE_TIMEOUT_MS = 60_000;
const RUN_LINE =
  /^\d\d:\d\d:\d\d +[\d.]+ m?s +(?<trigger>\w+) +(?<sampled>[\w-]+) +(?<traceId>[0-9a-f]{32})$/gm;
const LOG_PAGE = /^http:\S+\/log\?trace=(?<traceId>[0-9a-f]{32})$/m;
const COMMAND = /^.*temporal.* workflow list --address .*$/m;
const COUNTS =
  /^the service counts: (?<player>\d+) requests of players, (?<scheduler>\d+) of the scheduler \((?<gray>\d+) in lane gray, (?<loadtest>\d+) of load tests\)$/gm;
/** In the tree of the trace. */
const slowestOf = (traceId: string) =>
  new RegExp(
    `^Trace ${traceId} [\\s\\S]*?^◀ slowest operation: POST in game-worker, .* \\((?<percent>\\d+) %\\)$`,
    'm',
  );

/** The example has alerts only on a server of its own, since the shared server may already have a watcher. */
const OWN_SERVER = { TEMPORAL_ADDRESS: '' };

let receiver: OtlpReceiver | undefined;
after(async () => {
  killExamples();
  await receiver?.close();
});

for (const language of ['Go', 'Node']) {
  it(`--once, with the service in ${language}, shows that the service distinguishes players and scheduler`, {
    timeout: STORY_MS,
  }, async (context) => {
    const hasGo = await promisify(execFile)('go', ['version']).then(
      () => true,
      () => false,
    );
    if (language === 'Go' && !hasGo) return context.skip('there is no Go on this machine');
    const example = runExample(['game', '--once'], {
      ...OWN_SERVER,
      ...(language === 'Node' && { PATH: '' }),
    });
    equal(await example.exitCode, 0, example.output() + example.errors());
    const output = example.output();
    equal(output.includes('Go is not installed'), language === 'Node');
    match(output, new RegExp(`They call a service in ${language} that uses`));

    const runs = [...output.matchAll(RUN_LINE)].map((line) => line.groups);
    ok(runs.length >= 3, output);
    deepEqual([...new Set(runs.map((run) => `${run?.trigger} ${run?.sampled}`))], ['cron yes'], output);
    equal(new Set(runs.map((run) => run?.traceId)).size, runs.length, 'each run has a trace of its own');
    for (const kind of [
      'lane gray, POST /v2/seasons/close',
      'lane stable, POST /seasons/close',
      'load test, POST',
    ])
      match(output, new RegExp(`served: ${kind}`), 'each kind of run is shown as the service saw it');

    const counts = [...output.matchAll(COUNTS)].at(-1)?.groups ?? {};
    const [player = 0, scheduler = 0, gray = 0, loadtest = 0] = Object.values(counts).map(Number);
    ok(scheduler >= runs.length, 'what the scheduler sent is what the service counts as such');
    ok(player > 0 && gray > 0 && loadtest > 0 && scheduler > gray + loadtest, output);

    const { traceId = '' } = GRAY_STORY.exec(output)?.groups ?? {};
    match(output, alertAbout(traceId));
    ok(Number(slowestOf(traceId).exec(output)?.groups?.percent) > 60, output);
    equal(example.errors(), '', 'nothing but what the user needs');
    await assertPortsClosed(output, 'game');
  });
}

it('only links lead from the alert to the cause: run, trace, span, and the log of a service without an SDK', {
  timeout: STORY_MS,
}, async () => {
  receiver = await startOtlpReceiver();
  const example = runExample(['game'], {
    ...OWN_SERVER,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    TRACE_URL: 'http://traces.example/t/{traceId}',
  });
  const { traceId = '', story = '' } = (await example.waitForOutput(GRAY_STORY)).groups ?? {};
  const alert = await example.waitForOutput(alertAbout(traceId));
  equal(alert.groups?.page, `http://traces.example/t/${traceId}`);

  const [command] = COMMAND.exec(story) ?? [];
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --output json`]);
  const found = JSON.parse(stdout) as { execution: { runId: string }; type: { name: string } }[];
  deepEqual(
    found.map(({ execution, type }) => [type.name, execution.runId.replaceAll('-', '')]),
    [['httpJob', traceId]],
  );

  const [page = ''] = LOG_PAGE.exec(story) ?? [];
  const lines = (await (await fetch(page)).text()).trimEnd().split('\n');
  equal(lines.length, 1);
  const entry = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  const { from, lane, request, trace_id, span_id, note, took_ms } = entry;
  deepEqual([from, lane, request, trace_id], ['scheduler', 'gray', 'POST /v2/seasons/close', traceId]);
  match(String(note), /^season \d+: 80000 players ranked in pairs, \d+ coins paid$/);

  const trace = await receiver.waitFor(traceId, (spans) => incomplete(spans).length === 0, TRACE_TIMEOUT_MS);
  const client = trace.find(({ spanId }) => spanId === span_id);
  deepEqual(
    ['traffic.lane', 'traffic.origin', 'http.response.status_code'].map((name) => client?.attributes[name]),
    ['gray', 'scheduler', 200],
  );
  ok(Number(took_ms) > 0.6 * (client?.durationMs ?? 0), 'the time was spent there');

  example.child.kill('SIGINT');
  equal(await example.exitCode, 0, example.output() + example.errors());
  equal(example.errors(), '');
  await assertPortsClosed(example.output(), 'game');
});
