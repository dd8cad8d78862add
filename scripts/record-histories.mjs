/**
 * `npm run record-histories -- <version>`: sets up, records the history of a run of each kind in
 * test/histories/<version>, and formats the manifest.
 */

import { join } from 'node:path';
import { fail, ROOT, run, setUp } from './setup.mjs';

try {
  await setUp();
  const code = await run(process.execPath, [
    join(ROOT, 'dist/test/histories/record.js'),
    ...process.argv.slice(2),
  ]);
  if (code !== 0) throw new Error('Nothing was recorded.');
  await run('npx', ['biome', 'format', '--write', join('test', 'histories')]);
} catch (error) {
  fail(error);
}
