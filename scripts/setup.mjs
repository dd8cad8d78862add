/**
 * Set-up of a fresh clone: installs the dependencies and compiles the code, with visible progress.
 *
 * Has no dependencies, since it runs before they are installed.
 */

import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createProgress } from './progress.cjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const PROGRESS_INTERVAL_MS = 1_000;

/** Installs the dependencies if they are missing or older than the lock file. Throws if that fails. */
export async function installDependencies() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && modifiedAt(installed) >= modifiedAt(join(ROOT, 'package-lock.json'))) return;
  await step('Installing dependencies', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Compiles changed files into dist/. Throws if there are type errors. */
export async function compile() {
  await step('Compiling', 'npm', ['run', '--silent', 'build']);
}

/** Installs and compiles. Throws if either fails. */
export async function setUp() {
  await installDependencies();
  await compile();
}

/** Runs a program in the project's folder with the input and output of this process; resolves with its exit code. */
export function run(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a compiled program in this process with the same arguments, so that it gets the signals and sets the exit code.
 */
export async function become(program) {
  const main = join(ROOT, 'dist', program);
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}

/** Prints the error of a failed step and sets the exit code. */
export function fail(error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function step(name, command, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const progress = createProgress();
  if (process.stderr.isTTY) progress.update(`${name} …`);
  else progress.line(`${name} …`);
  const timer = setInterval(() => progress.update(`${name} … ${seconds()} s`), PROGRESS_INTERVAL_MS);
  try {
    const { code, output } = await collect(command, args);
    progress.end();
    process.stderr.write(output);
    if (code !== 0) throw new Error(`${name} failed: ${command} ended with exit code ${code}.`);
  } finally {
    clearInterval(timer);
  }
}

/** Runs a program to its end and collects its output, which would otherwise disturb the line of progress. */
function collect(command, args) {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['inherit', 'pipe', 'pipe'] });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks) }));
  });
}

function modifiedAt(file) {
  return statSync(file).mtimeMs;
}
