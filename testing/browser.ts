/**
 * Headless Chromium for tests and benchmarks that look at a page as a user would.
 */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** No sandbox: containers have no user namespaces for it. The rest: no calls home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-component-update',
  '--no-first-run',
];

/**
 * Why tests in a browser are to be skipped; `undefined` if they are to run.
 *
 * With `CI` set they always run: there a missing browser is a failure.
 */
export function browserMissing(): string | undefined {
  return findBrowser() === undefined && !process.env.CI ? missing() : undefined;
}

/** @throws Error that says what to install or set, when there is no browser */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(missing());
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

function findBrowser(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  if (given) return existsSync(given) ? given : undefined;
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(existsSync);
}

function missing(): string {
  return process.env.CHROMIUM_PATH
    ? `no browser at CHROMIUM_PATH=${process.env.CHROMIUM_PATH}`
    : `no browser: none of ${NAMES.join(', ')} on the PATH, and CHROMIUM_PATH is not set`;
}
