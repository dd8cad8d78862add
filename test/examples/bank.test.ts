/**
 * The bank example as users run it: its links alone lead to the cause for account 1000002, while the run is open and
 * after it has closed.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, it } from 'node:test';
import { type OtlpTraceRequest, type ReceivedSpan, spansOf } from '../../testing/otlp-span';
import { until } from '../../testing/until';
import { assertPortsClosed, killExamples, runExample, STORY_MS } from '../support/example-process';

const CAUSE = 'value too long for type character varying(40)';
const block = (status: string) =>
  new RegExp(
    `^\\d\\d:\\d\\d:\\d\\d {2}the run bank-migrateAccounts is ${status}: (?<counts>.*)$\\n` +
      '^ +TraceId (?<run>[0-9a-f]{32})$\\n' +
      '^ +(?<runUrl>http:\\S+)$[^]*?' +
      '^ +34 {2}FAILED .* account 1000002 to 1000004$\\n' +
      '^ +account 1000002: (?<error>.*)$\\n' +
      '^ +TraceId (?<shard>[0-9a-f]{32})$\\n' +
      '^ +(?<shardUrl>http:\\S+)$',
    'm',
  );
const MENDED = /^ +34 {2}COMPLETED +2 .* account 1000002 to 1000004$\n^ +TraceId (?<shard>[0-9a-f]{32})$/m;

after(killExamples);

it('the links alone lead to the cause, during the run and afterwards', {
  timeout: STORY_MS,
}, async () => {
  const example = runExample(['bank']);
  const going = (await example.waitForOutput(block('RUNNING'))).groups ?? {};
  match(going.counts ?? '', /^\d+ completed, \d+ running, 1 failed$/);
  equal(going.error, CAUSE);
  await expectCause(going.shardUrl);

  const ended = (await example.waitForOutput(block('FAILED'))).groups ?? {};
  equal(ended.counts, '199 completed, 0 running, 1 failed');
  equal(ended.run, going.run);
  equal(ended.shard, going.shard);
  await expectCause(ended.shardUrl);

  // From the run's own small trace to the shard's trace.
  const isLinked = (spans: readonly ReceivedSpan[]) => failedShards(spans).length > 0;
  const trace = await traceAt(ended.runUrl, isLinked);
  ok(trace.length < 100, String(trace.length));
  deepEqual(failedShards(trace), [['account 1000002 to 1000004', ended.shard]]);

  equal((await example.waitForOutput(MENDED)).groups?.shard, going.shard, 'run again in its own trace');
  example.child.kill('SIGINT');
  equal(await example.exitCode, 0, example.output());
  equal(example.errors(), '');
  await assertPortsClosed(example.output(), 'AccountService');
});

it('--once shows all of it and exits', { timeout: STORY_MS }, async () => {
  const example = runExample(['bank', '--once']);
  equal(await example.exitCode, 0, example.output() + example.errors());
  const output = example.output();
  for (const shown of [block('RUNNING'), block('FAILED'), MENDED]) match(output, shown);
  match(output, /^[│ ]+└─ ✗ accountInsert +AccountService /m);
  match(output, /^✗ accountInsert in AccountService: value too long for type character varying\(40\)$/m);
  equal(example.errors(), '', 'nothing but what the user needs');
  await assertPortsClosed(output, 'AccountService');
});

/** Asserts that the shard's trace has the downstream error. */
async function expectCause(url: string | undefined): Promise<void> {
  const isComplete = (spans: readonly ReceivedSpan[]) =>
    ['RunWorkflow:migrateShard', 'accountInsert'].every((name) =>
      spans.some((span) => span.name === name && span.status.code === 'error'),
    );
  const trace = await traceAt(url, isComplete);
  const insert = trace.find(({ name, status }) => name === 'accountInsert' && status.code === 'error');
  deepEqual([insert?.resource['service.name'], insert?.status.message], ['AccountService', CAUSE]);
}

/** Returns label and TraceId of each failed shard to which the run's root has a link. */
function failedShards(trace: readonly ReceivedSpan[]): unknown[][] {
  const links = trace
    .filter(({ name }) => name === 'RunWorkflow:migrateAccounts')
    .flatMap((root) => root.links);
  return links
    .filter(({ attributes }) => attributes['job.link'] === 'failed-shard')
    .map(({ attributes, traceId }) => [attributes['job.shard.label'], traceId]);
}

/** The trace behind the address of its page, as soon as it is there: spans leave their processes a little late. */
async function traceAt(
  url: string | undefined,
  isThere: (spans: readonly ReceivedSpan[]) => boolean,
): Promise<readonly ReceivedSpan[]> {
  const address = `${url?.replace('/traces/', '/api/traces/')}.json`;
  let spans: readonly ReceivedSpan[] = [];
  const isShown = async () => {
    const answer = await fetch(address);
    spans = answer.ok ? spansOf((await answer.json()) as OtlpTraceRequest) : [];
    return isThere(spans) && spans;
  };
  return until(isShown, {
    within: 30_000,
    says: () => `${address}: ${spans.map(({ name }) => name).join(', ')}`,
  });
}
