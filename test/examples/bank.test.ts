/** The bank as a user runs it: account 1000002's cause is found by following only the links, while the run goes on and after it. */
import { equal, match, ok } from 'node:assert/strict';
import { after, it } from 'node:test';
import { until } from '../../testing/until';
import { assertGone, killExamples, runExample } from '../support/example-process';

const TIMEOUT_MS = 200_000;
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

it('the cause is found by the links alone, while the run goes on and after it has ended', {
  timeout: TIMEOUT_MS,
}, async () => {
  const example = runExample(['bank']);
  const going = (await example.prints(block('RUNNING'))).groups ?? {};
  match(going.counts ?? '', /^\d+ completed, \d+ running, 1 failed$/);
  equal(going.error, CAUSE);
  await expectCause(going.shardUrl);

  const ended = (await example.prints(block('FAILED'))).groups ?? {};
  equal(ended.counts, '199 completed, 0 running, 1 failed');
  equal(ended.run, going.run);
  equal(ended.shard, going.shard);
  await expectCause(ended.shardUrl);

  // From the run's own trace, which is small, to the shard's.
  const link = /^→ RunWorkflow:migrateAccounts, failed-shard account 1000002 to 1000004: (\S+)$/m;
  const runPage = await pageOf(ended.runUrl, link);
  const [, spans] = /(\d+) spans, /.exec(runPage) ?? [];
  const [, path] = link.exec(runPage) ?? [];
  ok(Number(spans) < 100, runPage);
  equal(new URL(path ?? '', ended.runUrl).href, ended.shardUrl);
  await expectCause(new URL(path ?? '', ended.runUrl).href);

  equal((await example.prints(MENDED)).groups?.shard, going.shard, 'run again in its own trace');
  example.child.kill('SIGINT');
  equal(await example.exitCode, 0, example.output());
  equal(example.errors(), '');
  await assertGone(example.output(), 'AccountService');
});

it('--once shows all of it and ends by itself', { timeout: TIMEOUT_MS }, async () => {
  const example = runExample(['bank', '--once']);
  equal(await example.exitCode, 0, example.output() + example.errors());
  const output = example.output();
  for (const shown of [block('RUNNING'), block('FAILED'), MENDED]) match(output, shown);
  match(output, /^[│ ]+└─ ✗ accountInsert +AccountService /m);
  match(output, /^✗ accountInsert in AccountService: value too long for type character varying\(40\)$/m);
  equal(example.errors(), '', 'nothing but what the user needs');
  await assertGone(output, 'AccountService');
});

/** The page of the shard's trace tells the item and the downstream error. */
async function expectCause(url: string | undefined): Promise<void> {
  const page = await pageOf(url, /✗ RunWorkflow:migrateShard[\s\S]*✗ accountInsert in AccountService/);
  match(page, /✗ RunWorkflow:migrateShard/);
  ok(page.includes(`✗ accountInsert in AccountService: ${CAUSE}`), page);
}

/** The page, as soon as it shows this: spans leave their processes a little late. */
async function pageOf(url: string | undefined, shown: RegExp): Promise<string> {
  let page = '';
  const isShown = async () => {
    page = await (await fetch(url ?? '')).text();
    return shown.test(page) && page;
  };
  return until(isShown, { within: 20_000, says: () => `the page does not show ${shown}: ${page}` });
}
