/**
 * The console's pages in a browser, and how long their operations take.
 */
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
