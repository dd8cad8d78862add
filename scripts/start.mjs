/**
 * `npm start -- [arguments]`: sets up, then becomes examples/main with the arguments.
 *
 * The example runs in this very process: signals reach it, and its exit code is ours.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, ROOT, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  fail(error);
}

if (process.exitCode === undefined) {
  const main = join(ROOT, 'dist', 'examples', 'main.js');
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
