/**
 * The entry `register`, which adds the plugin without a change of the program: real programs, started like a user's.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, it } from 'node:test';

const PACKAGE = path.dirname(require.resolve('temporal-job-tracing/package.json'));
const MODULES = path.join(PACKAGE, 'node_modules');

/** Prints the plugins of a new worker, then stops, so that no server is needed. */
const CREATE = `
const probe = { name: 'probe', configureWorker({ plugins }) { throw new Error(plugins.map((p) => p.name).join()); } };
const create = (...plugins) => Worker.create({ taskQueue: 'q', plugins: [probe, ...plugins] })
  .catch((error) => console.log(error.message));
`;
const ES_MODULE = `import { Worker } from '@temporalio/worker';\n${CREATE}`;
const COMMON_JS = `const { Worker } = require('@temporalio/worker');\n${CREATE}`;

let directory = '';

before(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'job-tracing-register-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

/** Creates a program's folder with the installed modules, and optionally with its own copy of `@temporalio/worker`. */
function install(name: string, ownCopy: boolean): string {
  const folder = path.join(directory, name);
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '@temporalio'), { recursive: true });
  symlinkSync(PACKAGE, path.join(modules, 'temporal-job-tracing'));
  for (const entry of readdirSync(MODULES).filter((entry) => entry !== '@temporalio')) {
    symlinkSync(path.join(MODULES, entry), path.join(modules, entry));
  }
  for (const entry of readdirSync(path.join(MODULES, '@temporalio'))) {
    const [from, to] = [path.join(MODULES, '@temporalio', entry), path.join(modules, '@temporalio', entry)];
    if (ownCopy && entry === 'worker') cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  return folder;
}

function run(
  folder: string,
  file: string,
  code: string,
  env: Readonly<Record<string, string>> = {},
): { output: string; errors: string; status: number | null } {
  writeFileSync(path.join(folder, file), code);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'temporal-job-tracing/register', file],
    { cwd: folder, encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } },
  );
  return { output: stdout.trim(), errors: stderr, status };
}

it('every worker of a program gets the plugin, once, in CommonJS and in ES modules', () => {
  const folder = install('same', false);
  const given = `create().then(() => create({ name: 'temporal-job-tracing' }));`;
  const expected = {
    output: 'probe,temporal-job-tracing\nprobe,temporal-job-tracing',
    errors: '',
    status: 0,
  };
  deepEqual(run(folder, 'worker.cjs', COMMON_JS + given), expected);
  deepEqual(run(folder, 'worker.mjs', ES_MODULE + given), expected);
});

it('a subclass of Worker is unchanged, and a call without options fails as without the plugin', () => {
  const code = `${COMMON_JS}
class Mine extends Worker {
  static get nativeWorkerCtor() { throw new Error('mine'); }
}
const failed = (error) => console.log(error.message);
Mine.create({ taskQueue: 'q' }).catch(failed).then(() => Worker.create()).catch(failed);`;
  const { output } = run(install('subclass', false), 'worker.cjs', code);
  match(output, /^mine\nCannot read properties of undefined/);
});

it('options come from the environment', () => {
  const code = `
const { Worker } = require('@temporalio/worker');
const probe = { name: 'probe', configureWorker({ plugins }) {
  const { webpackConfigHook } = plugins.at(-1).configureBundler({ workflowsPath: 'x' });
  class DefinePlugin { constructor(constants) { throw new Error(decodeURIComponent(Object.values(constants)[0])); } }
  webpackConfigHook({}).plugins[0].apply({ webpack: { DefinePlugin } });
} };
Worker.create({ taskQueue: 'q', plugins: [probe] }).catch((error) => console.log(error.message));`;
  const { output } = run(install('variables', false), 'worker.cjs', code, {
    JOB_TRACING_BIND: 'sampled',
    JOB_TRACING_TRACE_URL: '{"preset":"jaeger","baseUrl":"http://jaeger:16686"}',
    JOB_TRACING_RUN_NOW_SIGNAL: 'goNow',
    JOB_TRACING_ENABLED: '',
  });
  for (const part of ['"bind":"sampled"', 'http://jaeger:16686/trace/{traceId}', '"runNowSignal":"goNow"'])
    ok(output.includes(part), output);
});

it('an invalid value in the environment rejects Worker.create with the expectation', () => {
  const env = { JOB_TRACING_BIND: 'none' };
  const { output, errors, status } = run(install('wrong', false), 'worker.cjs', `${COMMON_JS}create();`, env);
  equal(output, "JobTracingPlugin: JOB_TRACING_BIND: expected all or sampled, got 'none' (string)");
  deepEqual([errors, status], ['', 0]);
});

it('the threads of a program are not affected', () => {
  const code = `
const { isMainThread, Worker } = require('node:worker_threads');
if (isMainThread) new Worker(__filename);
else console.log(Object.keys(require.cache).filter((file) => file.includes('@temporalio')).length);`;
  equal(run(install('threads', false), 'worker.cjs', code).output, '0');
});

it('a program with its own copy of @temporalio/worker runs untraced, and the copies are logged', () => {
  const folder = install('other', true);
  for (const [file, code] of [
    ['worker.cjs', COMMON_JS],
    ['worker.mjs', ES_MODULE],
  ] as const) {
    const { output, errors, status } = run(folder, file, `${code}create();`);
    equal(output, 'probe');
    match(errors, /loads another copy of @temporalio\/worker; its workers are not traced/);
    ok(errors.includes(path.join(folder, 'node_modules/@temporalio/worker/lib/worker.js')), errors);
    equal(errors.split('another copy').length, 2, 'said once');
    equal(status, 0);
  }
});
