/**
 * The console's pages for everybody: by keyboard, by screen reader, light and dark, narrow and wide, in many tabs, with
 * texts that would like to be scripts, and where nothing was recorded.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { RunPage } from '../../console/types';
import { browserMissing, openBrowser } from '../../testing/browser';
import { ConsoleHarness } from '../support/console';
import { ConsolePage, seriousFindings, unreachedByTab, width } from '../support/console-pages';
import { jsonSpan, nanos, spanId, traceRequest } from '../support/otlp-request';
import { id } from '../support/runs';

/** Without quotes, which are replaced in names of jobs. */
const SCRIPT = '<img src=/ onerror=window.hacked=1><script>window.hacked=1</script>';
/** Other files have jobs on this server, too. */
const JOB = id('pages');
const job = { memo: { jobName: JOB } };
const UNKNOWN = '0198c0de-0000-7000-8000-00000000000c';
const skip = browserMissing() ?? false;

describe('the pages of the console', { skip }, () => {
  let harness: ConsoleHarness;
  let browser: Browser;
  let slow: RunPage;
  /** Each kind of page, with what it shows when it is complete. */
  let pages: Record<string, [path: string, shows: string]>;

  before(async () => {
    browser = await openBrowser();
    harness = await ConsoleHarness.start();
    for (let n = 0; n < 5; n++) await harness.run('nightly', id(`usual-${n}`), [50], job);
    const slowId = await harness.run('nightly', id('slow'), [10_000], job);
    const failedId = await harness.run('failsInside', id('fails'));
    const settings = { onShardFailure: 'continue', shardSize: 2 };
    const shardsId = await harness.run('accounts', id('accounts'), [[1, 2, 3, -5, 5, 6], settings]);
    const { firstExecutionRunId: openId } = await harness.start('waitsForSignal', id('open'));
    slow = await harness.page(
      slowId,
      ({ sentence, timeline }) =>
        sentence.state === 'different' && sentence.from === 'spans' && timeline.spanCount === 12,
      'it is not slow by its spans',
    );
    await harness.page(shardsId, ({ shards }) => shards?.states.failure === 1, 'no shard has failed');
    await harness.page(openId, ({ waiting }) => waiting.length > 0, 'it awaits nothing');
    pages = {
      jobs: ['/', '.run-bars a'],
      job: [`/jobs/${JOB}`, '.runs .row-link'],
      'slow run': [`/runs/${slowId}`, 'p.sentence a'],
      details: [`/runs/${slowId}?row=${slow.sentence.table[0]?.row}`, 'aside.details h4'],
      'failed run': [`/runs/${failedId}`, '.error-box'],
      'run with shards': [`/runs/${shardsId}`, 'table.shards'],
      'run that waits': [`/runs/${openId}`, '[data-row]'],
      trace: [`/traces/${slow.run.traceId}`, '[data-row]'],
      'unknown trace': [`/traces/${UNKNOWN.replaceAll('-', '')}`, '.note'],
      'unknown run': [`/runs/${UNKNOWN}`, '.failure'],
    };
  });

  after(async () => {
    await browser?.close();
    await harness?.stop();
  });

  async function open(name: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<ConsolePage> {
    const [path, shows] = pages[name] ?? ['', ''];
    const opened = await ConsolePage.open(browser, harness.console.url + path, options);
    await opened.page.locator(shows).first().waitFor();
    return opened;
  }

  for (const colorScheme of ['light', 'dark'] as const)
    it(`have no serious axe finding, ${colorScheme}`, async () => {
      const found: Record<string, readonly string[]> = {};
      for (const name of Object.keys(pages)) {
        const { page } = await open(name, { colorScheme });
        const findings = await seriousFindings(page);
        if (findings.length > 0) found[name] = findings;
        await page.close();
      }
      deepEqual(found, {});
    });

  for (const size of [360, 1_600])
    it(`fit into ${size} pixels without scrolling sideways`, async () => {
      for (const name of Object.keys(pages)) {
        const { page } = await open(name, { viewport: { width: size, height: 800 } });
        equal(await width(page), size, name);
        await page.close();
      }
    });

  it('can be used completely with the Tab key, with a visible focus', async () => {
    for (const name of Object.keys(pages)) {
      const { page } = await open(name);
      deepEqual(await unreachedByTab(page), [], name);
      await page.close();
    }
  });

  it('lead from the list of jobs to the slow operation by keyboard alone', async () => {
    const { page, errors } = await open('jobs');
    const focused = () => page.locator(':focus').textContent();
    await page.keyboard.press('/');
    await page.keyboard.type(JOB);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    ok((await focused())?.includes(JOB));
    await page.keyboard.press('Enter');
    await page.locator('.runs .row-link').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('p.sentence').filter({ hasText: 'userInfoSave' }).waitFor();
    await page.keyboard.press('s');
    await page.locator('aside.details').filter({ hasText: 'userInfoSave' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('aside.details').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    deepEqual(errors, []);
    await page.close();
  });

  it('move the focus to the page that a link leads to', async () => {
    const { page } = await open('job');
    await page.locator('.runs .row-link').first().click();
    await page.locator('p.sentence').waitFor();
    equal(await page.evaluate('document.activeElement.localName'), 'main');
    await page.goBack();
    await page.locator('.runs .row-link').first().waitFor();
    equal(await page.evaluate('document.activeElement.localName'), 'main');
    await page.close();
  });

  it('keep counting while a run is running, and name the time zone', async () => {
    const { page } = await open('run that waits', { timezoneId: 'Europe/Berlin' });
    const sentence = page.locator('p.sentence');
    const first = (await sentence.textContent()) ?? '';
    match(first, /^Running for /);
    await sentence.filter({ hasNotText: first }).waitFor();
    match(
      (await page.locator('footer').textContent()) ?? '',
      /times in Europe\/Berlin \((GMT\+[12]|CES?T)\)/,
    );
    await page.close();
  });

  it('describe a bar to screen readers: its start, its duration, and whether it is on the critical path', async () => {
    const { page } = await open('slow run');
    await page
      .getByRole('gridcell', { name: /^starts at \d.*on the critical path/ })
      .first()
      .waitFor();
    await page.close();
  });

  it("tell the times of a row: its events' in the history, or its span's alone", async () => {
    const heads: string[] = [];
    for (const from of ['both', 'spans']) {
      const row = slow.timeline.rows.find((each) => each.from === from && each.kind !== 'run');
      const opened = await ConsolePage.open(
        browser,
        `${harness.console.url}/runs/${slow.run.runId}?row=${row?.id}`,
      );
      const first = opened.page.locator('aside.details h4').first();
      await first.waitFor();
      heads.push((await first.textContent()) ?? '');
      match(await opened.details(), /started\d{4}-\d\d-\d\dT/);
      await opened.page.close();
    }
    deepEqual(heads, ['History', 'Times']);
  });

  it('stay alive in eight tabs at once', async () => {
    const context = await browser.newContext();
    const tabs: Page[] = [];
    for (let n = 0; n < 8; n++) {
      const tab = await context.newPage();
      await tab.goto(`${harness.console.url}/jobs/${JOB}`);
      tabs.push(tab);
    }
    for (const tab of tabs) await tab.locator('.runs .row-link').first().waitFor();
    const runId = await harness.run('nightly', id('live'), [1], job);
    for (const tab of tabs) {
      await tab.bringToFront();
      await tab.locator(`.runs a[href^="/runs/${runId}"]`).first().waitFor();
    }
    await context.close();
  });

  it('show texts with scripts as plain text', async () => {
    const handle = await harness.start('waitsForSignal', `${SCRIPT} ${id('hostile')}`, [], {
      memo: { jobName: SCRIPT },
    });
    const { firstExecutionRunId: runId } = handle;
    const { run } = await harness.page(runId, ({ waiting }) => waiting.length > 0, 'it awaits nothing');
    await handle.terminate(SCRIPT);
    const attributes = [{ key: SCRIPT, value: { stringValue: SCRIPT } }];
    const span = jsonSpan({
      traceId: run.traceId,
      spanId: spanId(7),
      name: SCRIPT,
      attributes,
      status: { code: 2, message: SCRIPT },
      events: [{ name: SCRIPT, timeUnixNano: nanos(Date.now()), attributes }],
    });
    const body = traceRequest([span], SCRIPT);
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${harness.console.url}/v1/traces`, { method: 'POST', body, headers });
    equal(sent.status, 200);
    const shown = await harness.page(
      runId,
      ({ run: { state }, timeline, error }) =>
        state === 'termination' && error !== undefined && timeline.rows.some(({ name }) => name === SCRIPT),
      'its spans have not arrived',
    );
    const row = shown.timeline.rows.find(({ name }) => name === SCRIPT)?.id;
    const paths = [
      '/',
      `/jobs/${encodeURIComponent(SCRIPT)}`,
      `/runs/${runId}?row=${row}`,
      `/traces/${run.traceId}?row=${row}`,
    ];
    for (const path of paths) {
      const { page, errors } = await ConsolePage.open(browser, harness.console.url + path);
      await page.locator('main').filter({ hasText: SCRIPT }).waitFor();
      if (path.includes('row=')) {
        const event = page.locator('aside.details summary', { hasText: SCRIPT });
        match((await event.textContent()) ?? '', /> −?\d.* (ms|s|min|h) after the start$/);
      }
      equal(await page.evaluate('window.hacked'), undefined, path);
      equal(await page.locator('img').count(), 0, path);
      deepEqual(errors, [], path);
      await page.close();
    }
  });
});

describe('the pages of the console where nothing was recorded', { skip }, () => {
  it('lead from the list of jobs to the slow activity in two clicks', async () => {
    const harness = await ConsoleHarness.start(null);
    const browser = await openBrowser();
    try {
      const plain = { memo: { jobName: id('plain') } };
      for (let n = 0; n < 5; n++) await harness.run('nightly', id(`plain-${n}`), [50], plain);
      const runId = await harness.run('nightly', id('plain-slow'), [10_000], plain);
      await harness.page(runId, ({ sentence }) => sentence.state === 'different', 'it is not slow');
      const pages = await ConsolePage.open(browser, harness.console.url);
      await pages.click(`.run-bars a[href^="/runs/${runId}"]`);
      const sentence = await pages.sentence(/callDownstream/);
      match(sentence, /^[\d.]+ s, usually .* of the difference: callDownstream/);
      await pages.click('p.sentence a');
      await pages.page
        .locator('aside.details')
        .filter({ hasText: /^callDownstream.*working/ })
        .waitFor();
      equal(pages.clicks, 2);
      match((await pages.page.locator('.note').allTextContents()).join(), /not sampled/);
      deepEqual(pages.errors, []);
    } finally {
      await browser.close();
      await harness.stop();
    }
  });
});
