/**
 * Loaded into each test file: ends the file when a test takes too long, and names that test.
 *
 * Node 20 applies `--test-timeout` to files, and does not name the test that hung. That limit also applies to hooks,
 * which may install packages. A test's own `timeout` takes effect only if it is shorter; then hooks still run.
 */

const { afterEach, beforeEach } = require('node:test');

const TEST_TIMEOUT_MS = 3 * 60_000;

if (process.env.NODE_TEST_CONTEXT) {
  const timers = new WeakMap();
  beforeEach((test) => {
    const expire = () => {
      console.error(`Timed out after ${TEST_TIMEOUT_MS / 1000} s: ${test.name}`);
      process.exit(1);
    };
    timers.set(test, setTimeout(expire, TEST_TIMEOUT_MS).unref());
  });
  afterEach((test) => clearTimeout(timers.get(test)));
}
