/**
 * `npm run bench -- [part …] [--json]`: sets up, then runs bench/main with the arguments in this process.
 */

import { become, fail, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  fail(error);
}

if (process.exitCode === undefined) await become('bench/main.js');
