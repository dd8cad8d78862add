/**
 * The console's store on newer versions of Node.js, which include SQLite: the tests of this version run with each of
 * them.
 */
import { equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { nodeBinary } from '../support/node-versions';

const TESTS = [
  'console-spans',
  'console-sql',
  'programs/console-ingest',
  'programs/console-retention',
  'programs/console-retention-size',
  'programs/console-runs',
];

describe('the console on newer versions of Node.js', () => {
  for (const line of [22, 24] as const) {
    it(`works on Node.js ${line} with node:sqlite, without a warning`, async () => {
      // Without the variables of the outer test runner, which change the output of an inner one.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const files = TESTS.map((name) => join(__dirname, '..', `${name}.test.js`));
      const { stdout, stderr } = await promisify(execFile)(await nodeBinary(line), ['--test', ...files], {
        env,
      });
      match(stdout, /the SQLite driver node:sqlite/);
      match(stdout, /^. pass [1-9]/m);
      match(stdout, /^. fail 0$/m);
      equal(/warning/i.test(stdout + stderr), false);
    });
  }
});
