/** The shop example as users run it, in a process of its own, observed through its output. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, it } from 'node:test';
import { promisify } from 'node:util';
import { type OtlpReceiver, startOtlpReceiver } from '../../testing/otlp-receiver';
import { incomplete } from '../../testing/otlp-trace';
import { assertPortsClosed, killExamples, runExample, STORY_MS } from '../support/example-process';

const TRACE_TIMEOUT_MS = 60_000;
const RUN_LINE =
  /^\d\d:\d\d:\d\d +[\d.]+ m?s +(?<trigger>\w+) +(?<sampled>[\w-]+) +(?<traceId>[0-9a-f]{32})$/gm;
/** The alert, sent while the run is open or just after it has closed. */
const ALERT =
  /^ALERT {2}nightlyJob (?:is|was) slow: [\d.]+ s(?<usually>, usually [\d.]+ s)? \(limit 2\.0 s\).*\n {7}TraceId (?<traceId>[0-9a-f]{32})\n(?: {7}(?<page>http:\S+)\n)?/gm;
const OVER = /^OVER {3}nightlyJob ended after [\d.]+ s; it was slow$/m;
/** The example has alerts only on a server of its own, since the shared server may already have a watcher. */
const OWN_SERVER = { TEMPORAL_ADDRESS: '' };
const ANY_RUN = /^\d\d:\d\d:\d\d .*[0-9a-f]{32}$/m;
const SLOW_LINE = /^[│├└─ ]+userInfoSave +ServiceApplication +█+ +[\d.]+ s {2}◀$/m;
const SLOWEST = /^◀ slowest operation: userInfoSave in ServiceApplication, .* \((?<percent>\d+) %\)$/m;
const COMMAND = /^.*temporal.* workflow list --address .*$/m;
const PAGE = /^http:\S+\/namespaces\/default\/workflows\?query=\S+$/m;
const RUN_NOW = /^\d\d:\d\d:\d\d {2}runNow, because release 1 is back {2}TraceId (?<traceId>[0-9a-f]{32})$/m;
const RUN_NOW_COMMAND = /^.*temporal.* workflow update execute --address .* --name runNow --input .*$/m;
const TRACE_PAGE = /^ +http:\S+\/traces\/(?<traceId>[0-9a-f]{32})$/gm;
const SERVICE = 'ServiceApplication';

let receiver: OtlpReceiver | undefined;

after(async () => {
  killExamples();
  await receiver?.close();
});

it('--once shows a run that is slow because of userInfoSave, then a manual run, and exits', {
  timeout: STORY_MS,
}, async () => {
  const example = runExample(['--once'], OWN_SERVER);
  equal(await example.exitCode, 0, example.output());
  const output = example.output();

  const runs = [...output.matchAll(RUN_LINE)].map((match) => match.groups);
  ok(runs.length >= 3, output);
  deepEqual(
    [...new Set(runs.map((line) => `${line?.trigger} ${line?.sampled}`))],
    ['cron yes', 'manual yes'],
    output,
  );
  const traceIds = runs.map((line) => line?.traceId);
  equal(new Set(traceIds).size, runs.length, 'each run has a trace of its own');
  deepEqual(
    [...output.matchAll(TRACE_PAGE)].map((match) => match.groups?.traceId),
    traceIds,
  );

  // Other runs may be slow on a busy machine; this is the last that was printed while release 2 was live.
  const live = output.lastIndexOf('release 2 of ServiceApplication is live');
  const whileLive = output.slice(live, output.indexOf('release 1 of ServiceApplication is live', live));
  const alert = whileLive.slice(whileLive.lastIndexOf('\nTrace ') + 1);
  const [, slowest = ''] = /^Trace ([0-9a-f]{32}) /.exec(alert) ?? [];
  ok(traceIds.slice(0, -1).includes(slowest), output);
  const told = [...output.matchAll(ALERT)].find(({ groups }) => groups?.traceId === slowest)?.groups ?? {};
  ok(told.usually, 'five runs before it say what is usual');
  const [, runId = ''] = /\/runs\/([0-9a-f-]{36})\?namespace=default$/.exec(told.page ?? '') ?? [];
  equal(runId.replaceAll('-', ''), slowest, 'the link leads to the run in the console');
  match(alert, SLOW_LINE);
  ok(Number(SLOWEST.exec(alert)?.groups?.percent) > 60, output);
  equal(RUN_NOW.exec(output)?.groups?.traceId, traceIds.at(-1));
  equal(runs.at(-1)?.trigger, 'manual');
  equal(example.errors(), '', 'nothing but what the user needs');
  await assertPortsClosed(output, SERVICE);
});

it('with another back end, spans go there, its output leads to the run, and Ctrl-C ends it', {
  timeout: STORY_MS,
}, async () => {
  receiver = await startOtlpReceiver();
  const example = runExample([], {
    ...OWN_SERVER,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    TRACE_URL: 'http://traces.example/t/{traceId}',
  });
  const alert = await example.waitForOutput(new RegExp(ALERT.source, 'm'));
  const traceId = alert.groups?.traceId ?? '';
  const [command] = await example.waitForOutput(COMMAND);
  const [page] = await example.waitForOutput(PAGE);

  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --output json`]);
  const found = JSON.parse(stdout) as { execution: { runId: string }; type: { name: string } }[];
  deepEqual(
    found.map(({ execution, type }) => [type.name, execution.runId.replaceAll('-', '')]),
    [['nightlyJob', traceId]],
  );
  equal((await fetch(page)).status, 200);
  equal(alert.groups?.page, `http://traces.example/t/${traceId}`);
  await example.waitForOutput(OVER);

  const trace = await receiver.waitFor(
    traceId,
    (spans) => incomplete(spans).length === 0 && spans.some(({ name }) => name === 'userInfoSave'),
    TRACE_TIMEOUT_MS,
  );
  // The line for running the job now can be used as it is: its answer is the run's TraceId.
  const [runNow] = await example.waitForOutput(RUN_NOW_COMMAND);
  const answer = await promisify(execFile)('sh', ['-c', `${runNow} --output json`]);
  const { result } = JSON.parse(answer.stdout) as { result: { traceId: string; reason: string } };
  equal(result.reason, 'release 1 is back');
  const isRoot = ({ name }: { name: string }) => name === 'RunWorkflow:nightlyJob';
  const byHand = await receiver.waitFor(result.traceId, (spans) => spans.some(isRoot));
  equal(byHand.find(isRoot)?.attributes['job.reason'], 'release 1 is back');

  const services = new Set(trace.map(({ resource }) => resource['service.name']));
  deepEqual(services, new Set(['shop-worker', 'ServiceApplication']));

  example.child.kill('SIGINT');
  equal(await example.exitCode, 0, example.output());
  equal(example.errors(), '');
  await assertPortsClosed(example.output(), SERVICE);
});

it('leaves no process behind when it is killed', { timeout: STORY_MS }, async () => {
  const example = runExample([]);
  await example.waitForOutput(ANY_RUN);
  example.child.kill('SIGKILL');
  await example.exitCode;
  await assertPortsClosed(example.output(), SERVICE);
});

it('on a server that was already running it starts no watcher, and shows the same story', {
  timeout: STORY_MS,
  skip: process.env.TEMPORAL_ADDRESS ? false : 'there is no such server',
}, async () => {
  const example = runExample([]);
  await example.waitForOutput(/^No alerts: the Temporal server was already running/m);
  await example.waitForOutput(SLOW_LINE);
  equal(example.output().includes('ALERT'), false);
  example.child.kill('SIGINT');
  equal(await example.exitCode, 0, example.output());
});

it('an unknown example and an unknown option are refused with a clear message', async () => {
  const [unknown, option] = [runExample(['shopp']), runExample(['--onec'])];
  deepEqual([await unknown.exitCode, await option.exitCode], [2, 2]);
  equal(
    unknown.errors(),
    'There is no example "shopp". The examples are: shop, bank, game.\nUsage: npm start -- [example] [--once]\n',
  );
  ok(option.errors().startsWith("Unknown option '--onec'"));
});
