/**
 * `npm test [-- part-of-a-file-name …]`: sets up, starts one Temporal server for the whole run, runs the test
 * files against it, and prints `N passed, N failed` as its last line.
 *
 * What runs is decided by the sources: a compiled test whose source is gone is not run.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ROOT, run, setUp } from './setup.mjs';

/** Test files that run at the same time. */
const CONCURRENCY = 2;
const FILE_TIMEOUT_MS = 10 * 60_000;
/** Namespaces that differ in what search attributes the tests register there. */
const NAMESPACES = ['default', 'unregistered', 'half-registered', 'wrong-types'];

const scripts = join(ROOT, 'scripts');
const require = createRequire(import.meta.url);

// Ctrl-C ends the test files; we stay to stop the server and to count.
process.on('SIGINT', () => {});

let counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await setUp();
  counts = await runTests(testFiles(process.argv.slice(2)));
} catch (error) {
  fail(error);
}
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);

/** Compiled test files whose path contains one of the words; all if there are none. */
function testFiles(words) {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
  if (files.length === 0) throw new Error(`No test file matches ${words.join(', ')}.`);
  return files.map((file) => join('dist', 'test', file.replace(/ts$/, 'js')));
}

async function runTests(files) {
  const { startTemporalServer } = require(join(ROOT, 'dist', 'testing', 'temporal-server.js'));
  const server = await startTemporalServer({ ui: true, namespaces: NAMESPACES });
  const directory = mkdtempSync(join(tmpdir(), 'test-counts-'));
  const countsFile = join(directory, 'counts.json');
  const reporter = (name, destination) => [
    `--test-reporter=${name}`,
    `--test-reporter-destination=${destination}`,
  ];
  try {
    const args = [
      ...['--require', join(scripts, 'test-timeout.cjs')],
      ...['--test', `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${FILE_TIMEOUT_MS}`],
      ...reporter('spec', 'stdout'),
      ...reporter(join(scripts, 'test-counts.mjs'), countsFile),
    ];
    const code = await run(process.execPath, [...args, ...files], environmentOf(server));
    const written = readFileSync(countsFile, 'utf8');
    if (written === '') throw new Error('The test run was interrupted.');
    const { passed, failed, skipped } = JSON.parse(written);
    return { passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped };
  } finally {
    rmSync(directory, { recursive: true });
    await server.stop();
  }
}

/** The environment by which test files find the server that runs. */
function environmentOf({ address, temporalBinary, uiUrl }) {
  const found = { TEMPORAL_ADDRESS: address, TEMPORAL_CLI: temporalBinary, TEMPORAL_UI_URL: uiUrl };
  return { ...process.env, ...found };
}
