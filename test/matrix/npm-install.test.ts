/** The install command of the README, in a project with Temporal's SDK: npm reports no problem. */
import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { pack } from '../support/packed';

const run = promisify(execFile);
const README = join(__dirname, '..', '..', '..', 'README.md');
const SDK = ['activity', 'client', 'common', 'worker', 'workflow'];

it('npm resolves what the README installs without a warning, and npm ls is content', async () => {
  const project = await mkdtemp(join(tmpdir(), 'job-tracing-npm-'));
  try {
    const dependencies = Object.fromEntries(SDK.map((name) => [`@temporalio/${name}`, '^1.24.0']));
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const [, others = ''] =
      /^npm install temporal-job-tracing (.+)$/m.exec(await readFile(README, 'utf8')) ?? [];
    // Only the lock file, which saves the half minute of unpacking.
    const flags = ['--package-lock-only', '--no-audit', '--no-fund', '--prefer-offline'];
    const packages = [await pack(project), ...others.split(' ')];
    const { stderr } = await run('npm', ['install', ...flags, ...packages], { cwd: project });
    deepEqual(
      stderr.split('\n').filter((line) => /ERESOLVE|peer/.test(line)),
      [],
    );
    await run('npm', ['ls', '--all', '--package-lock-only'], { cwd: project });
  } finally {
    await rm(project, { recursive: true, force: true });
  }
});
