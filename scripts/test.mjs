/**
 * `npm test [-- part-of-a-path …]`: sets up, starts one Temporal server for the whole run, runs the test files
 * against it, and prints `N passed, N failed` as its last line.
 *
 * Without arguments, the fast suite runs: all but the folders of SLOW_SUITES. `--rest` runs those folders, `--all` all
 * tests; parts of paths select from all tests. A compiled test whose source has been deleted is not run.
 *
 * With `CI` set, failed files run a second time, one after the other, when the machine is no longer busy. Those that
 * then pass are reported as flaky: a fault to fix, but not a reason to refuse a change.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, ROOT, run, setUp } from './setup.mjs';

/** Folders of `test/` that `npm test` leaves out. */
const SLOW_SUITES = ['programs', 'faults', 'examples', 'tooling', 'browser', 'chaos', 'matrix'];
/** Folder of `dist/` for the workflow bundles that tests create. */
const BUNDLES = 'test-bundles';
/** Test files of the fast suite that run at the same time: four on two processors, since most of them mostly wait. */
const CONCURRENCY = '4';
/** Test files of the slow suites that run at the same time: browsers, examples and installations use the processors. */
const SLOW_CONCURRENCY = '2';
const FILE_TIMEOUT_MS = 10 * 60_000;
/** Namespaces in which the tests register different search attributes. */
const NAMESPACES = ['default', 'unregistered', 'half-registered', 'wrong-types'];

const scripts = join(ROOT, 'scripts');
const require = createRequire(import.meta.url);

const { values, positionals: words } = parseArgs({
  options: {
    all: { type: 'boolean' },
    rest: { type: 'boolean' },
    /** Number of test files that run at the same time. */
    concurrency: { type: 'string' },
  },
  allowPositionals: true,
});

const concurrency = values.concurrency ?? (values.rest || values.all ? SLOW_CONCURRENCY : CONCURRENCY);

// Ctrl-C ends the test files; this process goes on, to stop the server and to print the counts.
process.on('SIGINT', () => {});

let counts = { passed: 0, failed: 0, skipped: 0 };
try {
  await setUp();
  counts = await runTests(testFiles());
} catch (error) {
  fail(error);
}
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);

/** Returns the compiled test files that the arguments select. */
function testFiles() {
  const isSlow = (file) => SLOW_SUITES.includes(file.split(sep)[0]);
  const isChosen = (file) => {
    if (words.length > 0) return words.some((word) => join('test', file).includes(word));
    return values.all || isSlow(file) === Boolean(values.rest);
  };
  const files = readdirSync(join(ROOT, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts') && isChosen(file))
    .sort();
  if (files.length === 0) throw new Error(`No test file matches ${process.argv.slice(2).join(' ')}.`);
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
    const environment = environmentOf(server, bundlesFolder());
    const runFiles = async (chosen, atOnce) => {
      const args = [
        ...['--require', join(scripts, 'test-timeout.cjs')],
        ...['--test', `--test-concurrency=${atOnce}`, `--test-timeout=${FILE_TIMEOUT_MS}`],
        ...reporter('spec', 'stdout'),
        ...reporter(join(scripts, 'test-counts.mjs'), countsFile),
      ];
      const code = await run(process.execPath, [...args, ...chosen], environment);
      const written = readFileSync(countsFile, 'utf8');
      if (written === '') throw new Error('The test run was interrupted.');
      const counts = JSON.parse(written);
      return { ...counts, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) };
    };
    const first = await runFiles(files, concurrency);
    if (!process.env.CI || first.failedFiles.length === 0) return first;
    const again = await runFiles(first.failedFiles, '1');
    for (const file of first.failedFiles)
      if (!again.failedFiles.includes(file))
        console.log(`FLAKY: ${relative(ROOT, file)} passed the second time.`);
    const passed = first.passed + Math.max(0, first.failed - again.failed);
    return { passed, failed: again.failed, skipped: first.skipped };
  } finally {
    rmSync(directory, { recursive: true });
    await server.stop();
  }
}

/** Returns the environment by which test files find the running server and the workflow bundles of other test files. */
function environmentOf({ address, temporalBinary, uiUrl }, bundles) {
  const found = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_CLI: temporalBinary,
    TEMPORAL_UI_URL: uiUrl,
    TEST_BUNDLES: bundles,
  };
  return { ...process.env, ...found };
}

/** Returns the folder for workflow bundles of the code as compiled and installed now; removes those of other states. */
function bundlesFolder() {
  const dist = join(ROOT, 'dist');
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const file of readdirSync(dist, { recursive: true }).sort())
    if (file.endsWith('.js') && !file.endsWith('.test.js') && !file.startsWith(BUNDLES))
      hash.update(file).update(readFileSync(join(dist, file)));
  const name = hash.digest('hex');
  const all = join(dist, BUNDLES);
  mkdirSync(join(all, name), { recursive: true });
  for (const other of readdirSync(all)) if (other !== name) rmSync(join(all, other), { recursive: true });
  return join(all, name);
}
