/**
 * The live policy through ioredis 5: by the very tests of the installed version.
 */
import { match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { WITHOUT_REDIS } from '../../testing/redis-server';

const TESTS = ['redis-client', 'faults/redis-topologies'];

it('ioredis 5 reads, changes and hears of the policy as ioredis 6 does', {
  skip: WITHOUT_REDIS,
}, async () => {
  // Without the variables of the runner around it, which make an inner one talk in its protocol.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const files = TESTS.map((name) => join(__dirname, '..', `${name}.test.js`));
  const args = ['--test', '--test-timeout=120000', ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...env, IOREDIS: '5' } });
  match(stdout, /fail 0/);
});
