/** The stories as an operator goes through them: from the console's address, which `npm start` prints first. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { browserMissing, openBrowser } from '../support/browser';
import { ConsolePage } from '../support/console-pages';
import { killExamples, runExample } from '../support/example-process';

const TIMEOUT_MS = 400_000;
const CONSOLE = /^Console {2}(?<url>http:\/\/127\.0\.0\.1:\d+) /m;
const RELEASE =
  /release 2 of ServiceApplication is live[\s\S]*?ALERT {2}nightlyJob .*TraceId (?<traceId>[0-9a-f]{32})/;

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
    timeout: TIMEOUT_MS,
  }, async () => {
    const shop = runExample(['shop']);
    const url = (await shop.prints(CONSOLE)).groups?.url ?? '';
    const runId = runIdOf((await shop.prints(RELEASE)).groups?.traceId ?? '');

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
});
