/**
 * `node scripts/screenshots.mjs`: takes the screenshots of docs/console.md. Runs the shop as `npm start` does until a run
 * is slow, and takes pictures of it in the console. Needs Chromium (see testing/browser.ts).
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fail, ROOT, setUp } from './setup.mjs';

const require = createRequire(import.meta.url);
const PICTURES = join(ROOT, 'docs', 'console');
const CONSOLE = /^Console {2}(http:\S+) /;
/** Matches the heading of the slow run's trace, which the shop prints when the run has ended. */
const SLOW = /^Trace ([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12}) /;
const RELEASE = 'release 2 of ServiceApplication is live';
const VIEWPORT = { width: 1280, height: 720 };

try {
  await setUp();
  const example = spawn(process.execPath, [join(ROOT, 'dist', 'examples', 'main.js'), 'shop'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await takePictures(await slowRun(example));
  } finally {
    example.kill('SIGINT');
    await once(example, 'exit');
  }
} catch (error) {
  fail(error);
}

/** Returns the console's address, and the run that was slow because of the release. */
async function slowRun(example) {
  let [url, isReleased] = ['', false];
  for await (const line of createInterface(example.stdout)) {
    url = CONSOLE.exec(line)?.[1] ?? url;
    isReleased ||= line.includes(RELEASE);
    const slow = isReleased ? SLOW.exec(line) : null;
    if (slow) return { url, runId: slow.slice(1).join('-') };
  }
  throw new Error('The shop ended before a run was slow.');
}

async function takePictures({ url, runId }) {
  const { openBrowser } = require('../dist/testing/browser.js');
  const browser = await openBrowser();
  try {
    const run = `${url}/runs/${runId}`;
    await take(browser, 'jobs', url, '.run-bars');
    await take(browser, 'job', `${url}/jobs/nightlyJob`, '.runs .row-link');
    await take(browser, 'run', run, '.sentence a');
    await take(browser, 'run-dark', run, '.sentence a', { colorScheme: 'dark' });
    await take(browser, 'run-phone', run, '.sentence a', { viewport: { width: 360, height: 720 } });
    await take(browser, 'details', run, 'aside.details h4', {}, '.sentence a');
  } finally {
    await browser.close();
  }
}

/** Takes a screenshot. @param click selector of an element that is clicked before */
async function take(browser, name, address, shows, options = {}, click = undefined) {
  const page = await browser.newPage({ viewport: VIEWPORT, ...options });
  await page.goto(address);
  if (click !== undefined) await page.locator(click).first().click();
  await page.locator(shows).first().waitFor();
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  await page.close();
  console.log(`docs/console/${name}.png`);
}
