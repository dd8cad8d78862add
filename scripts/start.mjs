/**
 * `npm start -- [arguments]`: sets up, then becomes examples/main with the arguments.
 */

import { become, fail, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  fail(error);
}

if (process.exitCode === undefined) await become('examples/main.js');
