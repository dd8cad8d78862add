/** The page that asks for the token: for everybody, without a script, and with the look of the other pages. */
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { RunningConsole } from '../../console/start';
import { browserMissing, openBrowser } from '../../testing/browser';
import { startConsoleFor } from '../support/console';
import { ConsolePage, seriousFindings, unreachedByTab, width } from '../support/console-pages';

const TOKEN = 'a token that nobody guesses';
/** Nothing listens there: a login needs no Temporal. */
const NOWHERE = { address: '127.0.0.1:1', namespaces: ['default'] };

describe('the login page', { skip: browserMissing() ?? false }, () => {
  let browser: Browser;
  let running: RunningConsole;

  before(async () => {
    browser = await openBrowser();
    running = await startConsoleFor(NOWHERE, { token: TOKEN });
  });
  after(async () => {
    await browser?.close();
    await running?.close();
  });

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<ConsolePage> {
    const opened = await ConsolePage.open(browser, `${running.url}/alerts?q=nightly`, options);
    await opened.page.locator('#token:focus').waitFor();
    return opened;
  }

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no serious finding of axe, ${colorScheme}, and the colours of the other pages`, async () => {
      const { page, errors } = await open({ colorScheme });
      deepEqual(await seriousFindings(page), []);
      const colors = 'getComputedStyle(document.documentElement).backgroundColor';
      equal(await page.evaluate(colors), colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 22, 26)');
      deepEqual(errors, []);
      await page.close();
    });

  for (const size of [360, 1_600])
    it(`fits into ${size} pixels without scrolling sideways`, async () => {
      const { page } = await open({ viewport: { width: size, height: 720 } });
      equal(await width(page), size);
      await page.close();
    });

  it('is reached with the Tab key, all of it', async () => {
    const { page } = await open();
    deepEqual(await unreachedByTab(page), []);
    await page.close();
  });

  it('leads by keyboard alone to the page that was asked for, and says when the token is wrong', async () => {
    // Chromium reports each answer of 403 as an error of the page.
    const { page } = await open();
    await page.keyboard.type('a guess');
    await page.keyboard.press('Enter');
    match((await page.locator('[role="alert"]').textContent()) ?? '', /not the token/);
    deepEqual(await seriousFindings(page), []);
    await page.locator('#token:focus').waitFor();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Alerts' }).waitFor();
    equal(new URL(page.url()).pathname + new URL(page.url()).search, '/alerts?q=nightly');
    const cookies = await page.context().cookies();
    notEqual(cookies.find(({ httpOnly }) => httpOnly)?.value, TOKEN);
    await page.locator('button', { hasText: 'Log out' }).click();
    await page.locator('#token').waitFor();
    await page.close();
  });
});
