/**
 * The console's pages in a browser, and how long their operations take.
 */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

const TIMEOUT_MS = 60_000;

/** A page that fails its test when the browser reports an error, such as one of the policy for contents. */
export class ConsolePage {
  readonly page: Page;
  readonly errors: string[] = [];
  #clicks = 0;

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  static async open(
    browser: Browser,
    url: string,
    options: Parameters<Browser['newPage']>[0] = { viewport: { width: 1280, height: 900 } },
  ): Promise<ConsolePage> {
    const opened = new ConsolePage(await browser.newPage(options));
    await opened.page.goto(url);
    return opened;
  }

  /** Clicks so far: what an operator needs to get where something is. */
  get clicks(): number {
    return this.#clicks;
  }

  async click(selector: string): Promise<void> {
    this.#clicks += 1;
    await this.page.locator(selector).first().click();
  }

  /** Text of the selected row's details. */
  async details(): Promise<string> {
    const details = this.page.locator('aside.details');
    await details.waitFor();
    return (await details.textContent()) ?? '';
  }

  /** Text of the sentence, as soon as it matches. */
  async sentence(pattern: RegExp): Promise<string> {
    const sentence = this.page.locator('p.sentence').filter({ hasText: pattern });
    await sentence.waitFor();
    return (await sentence.textContent()) ?? '';
  }
}

/** What axe finds that is serious or critical, with where. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
}

/** Pixels that the page takes in its width. */
export async function width(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth'));
}

/** Elements that can be used and that the Tab key does not reach, or reaches without showing it. */
export async function unreachedByTab(page: Page): Promise<readonly string[]> {
  const all = `[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
    .filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility())`;
  const count = Number(await page.evaluate(`window.reached = new Set(), ${all}.length`));
  for (let n = 0; n <= count; n++) {
    await page.keyboard.press('Tab');
    await page.evaluate(`{
      const focused = document.activeElement;
      const isMarked = (each) => each && getComputedStyle(each).outlineStyle !== 'none';
      if (isMarked(focused) || isMarked(focused.closest('tr'))) window.reached.add(focused);
    }`);
  }
  return (await page.evaluate(
    `${all}.filter((each) => !window.reached.has(each)).map(({ outerHTML }) => outerHTML.slice(0, 200))`,
  )) as string[];
}
