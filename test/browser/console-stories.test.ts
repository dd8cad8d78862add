/** The three stories as an operator goes through them: from the console's address, which `npm start` prints first. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { FailedShard, RunPage } from '../../console/types';
import { browserMissing, openBrowser } from '../../testing/browser';
import { until } from '../../testing/until';
import { ConsolePage } from '../support/console-pages';
import { killExamples, runExample, STORY_MS } from '../support/example-process';
import { GRAY_STORY } from '../support/game-story';

/** The examples' own tests run the same jobs on the server that the tests share. */
const OWN_SERVER = { TEMPORAL_ADDRESS: '' };
const CONSOLE = /^Console {2}(?<url>http:\/\/127\.0\.0\.1:\d+) /m;
/** The slow run is shown before the release is taken back. */
const RELEASE =
  /release 2 of ServiceApplication is live[\s\S]*?^Trace (?<traceId>[0-9a-f]{32}) (?:(?!^Trace ).|\n)*?release 1 of ServiceApplication is live/m;

/** The run whose id the TraceId was made of. */
const runIdOf = (traceId: string) => traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

describe('the stories in the console', { skip: browserMissing() ?? false }, () => {
  let browser: Browser;

  before(async () => {
    browser = await openBrowser();
  });

  afterEach(killExamples);

  after(async () => {
    await browser?.close();
  });

  it('shop: two clicks lead from the list of jobs to userInfoSave, which the sentence names', {
    timeout: STORY_MS,
  }, async () => {
    const shop = runExample(['shop'], OWN_SERVER);
    const url = (await shop.waitForOutput(CONSOLE)).groups?.url ?? '';
    const runId = runIdOf((await shop.waitForOutput(RELEASE)).groups?.traceId ?? '');

    const pages = await ConsolePage.open(browser, url);
    await pages.page.getByRole('link', { name: 'nightlyJob', exact: true }).waitFor();
    await pages.click(`.run-bars a[href^="/runs/${runId}"]`);
    const sentence = await pages.sentence(/userInfoSave/);
    match(sentence, /^[\d.]+ s, usually .* of the difference: userInfoSave in ServiceApplication/);
    await pages.click('p.sentence a');
    const details = await pages.details();
    match(details, /^userInfoSave/);
    match(details, /ServiceApplication/);
    equal(pages.clicks, 2);
    deepEqual(pages.errors, []);

    shop.child.kill('SIGINT');
    equal(await shop.exitCode, 0, shop.errors());
  });

  it("bank: the run's list of failed shards leads to account 1000002's error in one click", {
    timeout: STORY_MS,
  }, async () => {
    const bank = runExample(['bank'], OWN_SERVER);
    const url = (await bank.waitForOutput(CONSOLE)).groups?.url ?? '';
    const read = async <T>(path: string) => (await (await fetch(url + path)).json()) as T;
    const failed = await until(
      async () => {
        const { jobs } = await read<{ jobs: { last?: { runId: string } }[] }>('/api/jobs');
        const runId = jobs.find(({ last }) => last)?.last?.runId;
        const page = runId === undefined ? undefined : await read<RunPage>(`/api/runs/${runId}`);
        const shard: FailedShard | undefined = page?.shards?.failed[0];
        return shard && { runId, shard };
      },
      { within: 150_000, says: 'no shard has failed' },
    );

    const pages = await ConsolePage.open(browser, `${url}/runs/${failed.runId}`);
    await pages.click(`.shards a[href^="/runs/${failed.shard.runId}"]`);
    const error = pages.page.locator('section.error-box').filter({ hasText: '1000002' });
    await error.waitFor();
    ok((await error.textContent())?.includes('account 1000002'));
    ok(pages.clicks <= 2);

    // The bank runs the shard again, and the run's page, which is open, says what has come of it.
    await pages.page.goBack();
    const rerun = pages.page.getByText('rerun after the run ended; now all 200 shards have succeeded');
    await rerun.waitFor({ timeout: 150_000 });
    deepEqual(pages.errors, []);

    bank.child.kill('SIGINT');
    equal(await bank.exitCode, 0, bank.errors());
  });

  it('game: a run shows the request and the lane that it went to', { timeout: STORY_MS }, async () => {
    const game = runExample(['game'], OWN_SERVER);
    const url = (await game.waitForOutput(CONSOLE)).groups?.url ?? '';
    const { traceId = '' } = (await game.waitForOutput(GRAY_STORY)).groups ?? {};

    const pages = await ConsolePage.open(browser, `${url}/jobs/season-close`);
    await pages.click(`.runs a[href^="/runs/${runIdOf(traceId)}"]`);
    await pages.click('[data-row]:has-text("POST")');
    await pages.page.locator('aside.details').filter({ hasText: '/v2/seasons/close' }).waitFor();
    const details = await pages.details();
    match(details, /gray/);
    equal(pages.clicks, 2);
    deepEqual(pages.errors, []);

    game.child.kill('SIGINT');
    equal(await game.exitCode, 0, game.errors());
  });
});
