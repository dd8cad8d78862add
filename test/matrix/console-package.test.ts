/**
 * The packed package's console in an empty project, by the very commands of docs/console-deploy.md: without Docker, on
 * each version of Node.js.
 */
import { equal, match, ok } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../../testing/until';
import { nodeBinary } from '../support/node-versions';
import { jsonSpan, TRACE_ID, traceRequest } from '../support/otlp-request';
import { pack } from '../support/packed';

const run = promisify(execFile);
const GUIDE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'console-deploy.md'), 'utf8');
const TOKEN = 'a token that nobody guesses';

/** Returns the part of the guide that matches the pattern. */
function inGuide(pattern: RegExp): string {
  const [, found] = pattern.exec(GUIDE) ?? [];
  ok(found !== undefined, `docs/console-deploy.md has ${pattern}`);
  return found;
}

describe('the console of the packed package, in an empty project', () => {
  let project: string;

  before(async () => {
    project = mkdtempSync(join(tmpdir(), 'console-package-'));
    const tarball = await pack(project);
    const install = inGuide(/^RUN (npm init -y && npm install temporal-job-tracing) /m);
    // Without install scripts, which are not needed.
    const command = install.replace(
      'temporal-job-tracing',
      `--ignore-scripts --no-audit --no-fund --prefer-offline ${tarball}`,
    );
    await run('sh', ['-c', command], { cwd: project });
    writeFileSync(join(project, 'token'), `${TOKEN}\n`);
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  /** Asserts that the program of `npx temporal-job-tracing` serves spans and pages, and exits with code 0. */
  async function serves(node: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const program = join(project, 'node_modules', '.bin', 'temporal-job-tracing');
    const child = spawn(node, [program, ...args, '--port', '0'], {
      cwd: project,
      env: { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', ...env },
    });
    const ended = once(child, 'close');
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    try {
      const says = () => `no address in: ${output}`;
      const printed = await until(() => /^Console: http:\/\/\S+:(\d+)$/m.exec(output)?.[1], { says });
      const url = `http://127.0.0.1:${printed}`;
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      const body = traceRequest([jsonSpan({ name: 'packed' })]);
      equal((await fetch(`${url}/healthz`)).status, 200);
      equal((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status, 200);
      match(await (await fetch(`${url}/api/traces/${TRACE_ID}`, { headers })).text(), /"name":"packed"/);
      match(await (await fetch(url, { headers })).text(), /<script type="module" src="\/assets\/page\.js">/);
      match(await (await fetch(`${url}/assets/page.js`)).text(), /EventSource/);
      equal(/warning/i.test(output), false, output);
    } finally {
      child.kill('SIGTERM');
    }
    equal((await ended)[0], 0, output);
  }

  /** Returns the guide's arguments of `npx temporal-job-tracing`, with this project's files. */
  function argsOf(list: string): string[] {
    const [npx, name, ...args] = list.split(/,\s*/).map((arg) => arg.replaceAll('"', ''));
    equal(`${npx} ${name}`, 'npx temporal-job-tracing');
    return args.map((arg) => arg.replace(/^\/data$/, join(project, 'data')).replace(/^\/token/, project));
  }

  for (const line of [22, 24] as const)
    it(`runs on Node.js ${line} by the command of the container`, async () => {
      const args = argsOf(inGuide(/^CMD \[(.*)\]$/m));
      await serves(await nodeBinary(line), args, { JOB_TRACING_CONSOLE_TOKEN: TOKEN });
    });

  it('runs by the arguments of the Kubernetes example', async () => {
    const args = argsOf(inGuide(/^ +args: \[([^\]]*)\]$/m));
    await serves(await nodeBinary(22), args, { JOB_TRACING_CONSOLE_TOKEN: '' });
  });

  it('names the package to install on Node.js 20, and runs with it', async () => {
    const node = await nodeBinary(20);
    const args = ['console', '--data', join(project, 'data')];
    const without = spawn(node, [join(project, 'node_modules', '.bin', 'temporal-job-tracing'), ...args]);
    let output = '';
    without.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    equal((await once(without, 'close'))[0], 1);
    const install = /run "npm (install libsql)"/.exec(output)?.[1] ?? `nothing in: ${output}`;
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', [...install.split(' '), ...flags], { cwd: project });
    await serves(node, args, { JOB_TRACING_CONSOLE_TOKEN: TOKEN });
  });
});
