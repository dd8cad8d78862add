/** The program `temporal-job-tracing`: what it prints, and how it ends. */
import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../../testing/until';
import { temporaryDirectory } from '../support/console';
import { runProgram, startProgram } from '../support/program';

describe('temporal-job-tracing', { concurrency: 2 }, () => {
  it('prints its usage, and rejects unknown commands', async () => {
    const help = await runProgram(['--help']);
    equal(help.code, 0);
    match(help.output, / {2}console .*\n(.*\n)* {2}trace /);
    equal((await runProgram([])).code, 2);
    const unknown = await runProgram(['konsole']);
    equal(unknown.code, 2);
    match(unknown.output, /^There is no command konsole\./);
    const flag = await runProgram(['console', '--prot', '1']);
    equal(flag.code, 2);
    match(flag.output, /--prot/);
    equal((await runProgram(['console', '--port', '70000'])).code, 2);
  });

  it('prints its address first, answers while Temporal is away, and ends on SIGTERM within seconds', async () => {
    const data = temporaryDirectory();
    const program = startProgram(['console', '--port', '0', '--data', data.path]);
    const url = await program.url();
    equal((await fetch(`${url}/healthz`)).status, 200);
    const stream = await fetch(`${url}/api/events`);
    equal(stream.status, 200);
    program.child.kill('SIGTERM');
    await until(() => program.child.exitCode !== null, { within: 15_000, says: 'it goes on' });
    equal((await program.ended).code, 0);
    await stream.body?.cancel().catch(() => {});
    data.remove();
  });

  for (const end of ["throw new Error('no memory')", 'process.exit(0)'])
    it(`ends with exit code 1 and the reason if its store fails: ${end}`, async () => {
      const directory = temporaryDirectory();
      const sign = join(directory.path, 'sign');
      const preload = join(directory.path, 'preload.cjs');
      // Ends the store's thread when the sign appears.
      writeFileSync(
        preload,
        `const { isMainThread } = require('node:worker_threads');
        const look = () => { if (require('node:fs').existsSync(${JSON.stringify(sign)})) ${end}; };
        if (!isMainThread) setInterval(look, 10);`,
      );
      const args = ['console', '--port', '0', '--data', join(directory.path, 'data')];
      const program = startProgram(args, { NODE_OPTIONS: `--require ${preload}` });
      try {
        equal((await fetch(`${await program.url()}/healthz`)).status, 200);
        writeFileSync(sign, '');
        await until(() => program.child.exitCode !== null, { says: 'it goes on' });
        const { code, output } = await program.ended;
        equal(code, 1);
        match(output, /\nThe store has failed: (no memory|its thread has ended)\n$/);
      } finally {
        program.child.kill('SIGKILL');
        await program.ended;
        directory.remove();
      }
    });

  it('does not listen on the network without a token: exit code 1 and the reason', async () => {
    const { code, output } = await runProgram(['console', '--host', '0.0.0.0', '--port', '0']);
    equal(code, 1);
    match(output, /^--host 0\.0\.0\.0 opens the console to the network: set JOB_TRACING_CONSOLE_TOKEN.*\n$/);
  });

  it('does not start with an invalid alert configuration: exit code 1 and the reason', async () => {
    const { code, output } = await runProgram(['console', '--port', '0', '--alerts', '/nowhere.json']);
    equal(code, 1);
    match(output, /^--alerts: job alerts: expected a JSON file at \/nowhere\.json, got no file\n$/);
  });

  it('reports in one line that its port or its directory is in use', async () => {
    const data = temporaryDirectory();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const port1 = await runProgram(['console', '--port', `${port}`, '--data', data.path]);
    taken.close();
    equal(port1.code, 1);
    match(port1.output, new RegExp(`^127\\.0\\.0\\.1:${port} is in use, .*--port.*\\n$`));
    const first = startProgram(['console', '--port', '0', '--data', data.path]);
    await until(() => first.output().includes('Console: '), { says: 'the first has not started' });
    const second = await runProgram(['console', '--port', '0', '--data', data.path]);
    equal(second.code, 1);
    match(second.output, /^Another console \(process \d+, since .*\) uses .*--data\.\n$/);
    first.child.kill('SIGTERM');
    await first.ended;
    data.remove();
  });

  it('prints a trace from a running console, or why there is none', async () => {
    const data = temporaryDirectory();
    const program = startProgram(['console', '--port', '0', '--data', data.path]);
    try {
      const url = await program.url();
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const span = (spanId: string, name: string, parentSpanId?: string) => ({
        traceId,
        spanId,
        ...(parentSpanId && { parentSpanId }),
        name,
        startTimeUnixNano: '1700000000000000000',
        endTimeUnixNano: '1700000001000000000',
      });
      const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
      const spans = [
        span('1111111111111111', 'RunWorkflow:nightly'),
        span('2222222222222222', 'save', '1111111111111111'),
      ];
      const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
      const headers = { 'content-type': 'application/json' };
      const sent = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
      equal(sent.status, 200, await sent.text());
      const printed = await runProgram(['trace', traceId, '--console', url]);
      equal(printed.code, 0, printed.output);
      match(
        printed.output,
        /^Trace 0af7651916cd43dd8448eb211c80319c {2}1\.00 s, 2 spans, 1 service\n\nRunWorkflow:nightly +shop.*\n└─ save +shop/,
      );
      const none = await runProgram(['trace', `${traceId.slice(0, -1)}d`, '--console', url]);
      equal(none.code, 1);
      match(none.output, /^Trace \w+: No run with this trace is known\./);
      const away = await runProgram(['trace', traceId, '--console', 'http://127.0.0.1:1']);
      equal(away.code, 1);
      match(away.output, /^No console answers at http:\/\/127\.0\.0\.1:1: start one/);
      const collector = createHttpServer((_, response) =>
        response.writeHead(404).end('404 page not found\n'),
      );
      await once(collector.listen(0, '127.0.0.1'), 'listening');
      const { port } = collector.address() as { port: number };
      const other = await runProgram(['trace', traceId, '--console', `http://127.0.0.1:${port}`]);
      collector.close();
      equal(other.code, 1);
      match(
        other.output,
        /^http:\/\/127\.0\.0\.1:\d+ answered 404 without JSON, so it is not a console: .*\n$/,
      );
      equal((await runProgram(['trace', 'xyz'])).code, 2);
    } finally {
      program.child.kill('SIGTERM');
      await program.ended;
      data.remove();
    }
  });
});
