/**
 * Loaded into each test file: ends the file, naming the test, when a test takes too long.
 *
 * Node 20 applies `--test-timeout` to files, and then does not say which test hung.
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
