/**
 * `npm start -- [arguments]`: sets up, then runs examples/main with the arguments in this process.
 */

import { become, fail, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  fail(error);
}

if (process.exitCode === undefined) await become('examples/main.js');
