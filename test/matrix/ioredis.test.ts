/**
 * The live policy with the oldest and the newest ioredis 5: the tests of the installed version, 6, run with each of
 * them.
 */
import { match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { WITHOUT_REDIS } from '../../testing/redis-server';
import { packages } from '../support/matrix/projects';

const TESTS = ['redis-client', 'faults/redis-topologies'];
const OLDEST = '5.0.0';

/** Runs the tests with an `ioredis`: an alias, or a module's path. */
async function passes(ioredis: string): Promise<void> {
  // Without the variables of the outer test runner, which change the output of an inner one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const files = TESTS.map((name) => join(__dirname, '..', `${name}.test.js`));
  const args = ['--test', '--test-timeout=120000', ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...env, IOREDIS: ioredis } });
  match(stdout, /^. pass [1-9]/m);
  match(stdout, /^. fail 0$/m);
}

describe('an older ioredis reads, changes and hears of the policy as ioredis 6 does', {
  skip: WITHOUT_REDIS,
}, () => {
  it('the newest 5', () => passes('ioredis-5'));

  it(`the oldest, ${OLDEST}`, async () => {
    const folder = await packages({ ioredis: OLDEST });
    await passes(join(folder, 'node_modules', 'ioredis'));
  });
});
