/**
 * `npm run bench -- [part …] [--json]`: sets up, then becomes bench/main with the arguments.
 */

import { become, fail, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  fail(error);
}

if (process.exitCode === undefined) await become('bench/main.js');
