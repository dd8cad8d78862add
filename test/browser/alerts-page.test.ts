/** The page of alerts as an operator sees it: from the head of every page, on a wide screen and on a phone. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { RunningConsole } from '../../console/start';
import type { AlertsPage } from '../../console/types';
import { browserMissing, openBrowser } from '../../testing/browser';
import { until } from '../../testing/until';
import { HOOK_KEY } from '../support/alerts/receiver';
import { Stage } from '../support/alerts/stage';
import { withConfigFile } from '../support/alerts/watch-process';
import { getJson, startConsoleFor } from '../support/console';
import { ConsolePage, seriousFindings, unreachedByTab, width } from '../support/console-pages';

const LONG = `billing-${'invoices-of-all-customers-'.repeat(6)}`;

describe('the page of alerts', { skip: browserMissing() ?? false }, () => {
  let browser: Browser;
  let stage: Stage;

  before(async () => {
    browser = await openBrowser();
    stage = await Stage.start();
    process.env.HOOK_KEY = HOOK_KEY;
  });
  after(async () => {
    await browser?.close();
    await stage?.stop();
  });

  const temporal = () => ({ address: stage.server.address, namespaces: [stage.namespace] });

  it('leads from any page to the run that is slow, in two clicks; light, dark, and 360 px wide', async () => {
    const config = stage.config({ jobs: { nightly: { overMs: 1_000 } } });
    await withConfigFile(config, async (alerts) => {
      const running = await startConsoleFor(temporal(), { alerts });
      try {
        await stage.whileWorking(() => look(running).finally(() => end()));
      } finally {
        await running.close();
      }
    });
  });

  it('shows without a reload that the watcher no longer reads once its process is gone, and that it reads again', async () => {
    const running = await startConsoleFor(temporal());
    try {
      const watcher = await stage.watch();
      await stage.isWatching(watcher);
      const pages = await ConsolePage.open(browser, `${running.url}/alerts`);
      const { page } = pages;
      await page.locator('.watcher dd', { hasText: /^watching$/ }).waitFor();
      await watcher.close();
      // After half a minute without a heartbeat, without a reload.
      const notice = page.locator('.problems .is-blind', {
        hasText: /watcher of namespace \S+ has not read/,
      });
      await notice.waitFor({ timeout: 120_000 });
      await page.locator('.watcher dd .bad', { hasText: /^not reading$/ }).waitFor();
      // The server answers, though nobody answers queries.
      equal(await page.locator('.is-temporal-away').count(), 0);
      deepEqual(await seriousFindings(page), []);
      await stage.watch();
      await notice.waitFor({ state: 'detached' });
      await page.locator('.watcher dd', { hasText: /^watching$/ }).waitFor();
      deepEqual(pages.errors, []);
      await page.close();
    } finally {
      await running.close();
    }
  });

  /** Ends the run that is slow: a worker does not stop before its activity has ended. */
  let end = () => {};

  async function look({ url }: RunningConsole): Promise<void> {
    stage.works.set('nightly', () => new Promise<void>((resolve) => (end = resolve)));
    stage.works.set(LONG, () => Promise.reject(new Error(`no ${'disk '.repeat(60)}`)));
    const pages = await ConsolePage.open(browser, url);
    // Runs that ended before the watcher's first poll are never reported.
    await until(
      async () => (await getJson<AlertsPage>(`${url}/api/alerts`)).watchers[0]?.state === 'watching',
      { within: 90_000, says: 'nothing watches' },
    );
    const handle = await stage.start('nightly', ['nightly'], { job: 'nightly' });
    await stage.run(LONG);
    await stage.receiver.has(2);

    // The head of an open page changes by itself.
    await pages.page.locator('.alerts-link strong', { hasText: '2' }).waitFor();
    await pages.click('.alerts-link');
    await pages.page.locator('.list.alerts', { hasText: 'oncall' }).first().waitFor();
    const text = await pages.page.locator('main').textContent();
    match(text ?? '', /nightly is slow: [\d.]+ s \(limit 1\.0 s\)/);
    match(text ?? '', /Watcher[\s\S]*watching[\s\S]*Channels[\s\S]*oncall\s+last message: .*, delivered/);
    await pages.click('.alerts a.above:has-text("nightly is slow")');
    await pages.page.locator('h1', { hasText: 'nightly' }).waitFor();
    ok(pages.page.url().includes(`/runs/${handle.firstExecutionRunId}`));
    equal(pages.clicks, 2);

    for (const size of [1_600, 1_280, 360])
      for (const colorScheme of ['light', 'dark'] as const) {
        const options = { colorScheme, viewport: { width: size, height: 720 } };
        const other = await ConsolePage.open(browser, `${url}/alerts`, options);
        await other.page.locator('.list.alerts').first().waitFor();
        equal(await width(other.page), size);
        deepEqual(await seriousFindings(other.page), [], `${colorScheme}, ${size} px`);
        deepEqual(other.errors, []);
        await other.page.close();
      }
    const tabbed = await ConsolePage.open(browser, `${url}/alerts`);
    await tabbed.page.locator('.list.alerts').first().waitFor();
    deepEqual(await unreachedByTab(tabbed.page), []);
    await tabbed.page.close();

    end();
    await handle.result();
    await pages.click('.alerts-link');
    await pages.page.locator('.past', { hasText: 'slow, ended → oncall' }).waitFor();
    deepEqual(pages.errors, []);
  }
});
