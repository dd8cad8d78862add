/**
 * The console's store when it is killed while it writes, when the disk is full, and with a trace that is too large.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { until } from '../../testing/until';
import { startConsoleIngest } from '../support/console-ingest';
import { jsonSpan, spanId, traceId, traceRequest } from '../support/otlp-request';

const PROGRAM = join(__dirname, '..', 'support', 'processes', 'console-ingest.js');
const SPANS = 20;

interface Console {
  readonly process: ChildProcess;
  readonly url: string;
}

let directory: string;
let started: ChildProcess[];
let traces: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'console-chaos-'));
  started = [];
  traces = 0;
});

afterEach(async () => {
  await Promise.all(started.map(kill));
  rmSync(directory, { recursive: true });
});

async function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Console> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  for await (const url of createInterface({ input: child.stdout })) return { process: child, url };
  throw new Error('the console has ended before it was ready');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Sends one trace. Returns its id and the status of the response; `undefined` if there was none. */
async function send(url: string, textOf = () => ''): Promise<{ id: string; response: Response | undefined }> {
  const id = traceId(traces++);
  const spans = Array.from({ length: SPANS }, (_, index) => {
    const attributes = [{ key: 'text', value: { stringValue: textOf() } }];
    return jsonSpan({ traceId: id, spanId: spanId(index), attributes });
  });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers,
    body: traceRequest(spans),
  }).catch(() => undefined);
  return { id, response };
}

const spansOf = async (url: string, id: string) =>
  (await (await fetch(`${url}/test/traces/${id}`)).json()) as number;

async function lost(url: string, answered: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const id of answered) if ((await spansOf(url, id)) !== SPANS) missing.push(id);
  return missing;
}

describe('a console that is killed', () => {
  it('while it writes loses no acknowledged span, and restarts at once', async () => {
    const answered: string[] = [];
    const env = { DATA: join(directory, 'data') };
    for (let round = 0; round < 4; round++) {
      const { process: child, url } = await start(process.execPath, [PROGRAM], env);
      const goal = answered.length + 150 + 50 * round;
      const sender = async () => {
        for (;;) {
          const { id, response } = await send(url);
          if (response?.status !== 200) return;
          answered.push(id);
        }
      };
      const senders = [sender(), sender(), sender(), sender()];
      await until(() => answered.length >= goal, { says: () => `only ${answered.length} answers` });
      await kill(child);
      await Promise.all(senders);
      ok(answered.length >= goal);
    }
    const { url } = await start(process.execPath, [PROGRAM], env);
    deepEqual(await lost(url, answered), []);
  });
});

describe('a full disk', () => {
  it('is reported to senders and counted; acknowledged spans stay readable, also after a restart, and writing resumes when there is space', async (test) => {
    const disk = join(directory, 'disk');
    mkdirSync(disk);
    const mount = `mount -t tmpfs -o size=12m tmpfs '${disk}'`;
    try {
      execFileSync('unshare', ['-rm', 'sh', '-c', mount], { stdio: 'ignore' });
    } catch {
      return test.skip('no small disk can be mounted here');
    }
    // A process that holds the disk while the console restarts.
    const hold = `${mount} && echo mounted && exec sleep 600`;
    const holder = await start('unshare', ['-rm', 'sh', '-c', hold], {});
    const namespaces = ['-t', String(holder.process.pid), '-U', '-m', '--preserve-credentials'];
    const startThere = () =>
      start('nsenter', [...namespaces, process.execPath, PROGRAM], {
        DATA: join(disk, 'data'),
        BALLAST: String(6 * 1024 * 1024),
      });
    const { process: first, url } = await startThere();
    const answered: string[] = [];
    const refused = await until(
      async () => {
        const { id, response } = await send(url, randomText);
        if (response?.status !== 200) return response;
        answered.push(id);
        return undefined;
      },
      { says: () => `${answered.length} traces fit on the disk` },
    );
    equal(refused.status, 503);
    equal(refused.headers.get('retry-after'), '30');
    match(await refused.text(), /The disk is full/);
    ok(answered.length > 10, `${answered.length} answers`);
    deepEqual(await lost(url, answered), []);
    for (let index = 0; index < 5; index++) equal((await send(url, randomText)).response?.status, 503);
    const { refusals, taken } = (await (await fetch(`${url}/test/status`)).json()) as {
      refusals: string[];
      taken: number;
    };
    equal(taken, answered.length * SPANS);
    match(refusals.join(), /^6 requests: the disk is full; senders retry$/);

    await kill(first);
    const { url: again } = await startThere();
    equal((await send(again, randomText)).response?.status, 503);
    deepEqual(await lost(again, answered), []);

    await fetch(`${again}/test/free`, { method: 'POST' });
    const { id, response } = await send(again, randomText);
    equal(response?.status, 200);
    deepEqual(await lost(again, [...answered, id]), []);
  });

  /** 10,000 characters that compress slightly. */
  function randomText(): string {
    return Array.from({ length: 1_000 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, 'x')).join(
      '',
    );
  }
});

describe('a trace that is too large', () => {
  it('is read up to the 100,000 latest spans, with the number of the others, and does not delay other requests', async () => {
    const target = await startConsoleIngest();
    try {
      const id = traceId(0);
      for (let request = 0; request < 12; request++) {
        const spans = Array.from({ length: 10_000 }, (_, index) =>
          jsonSpan({ traceId: id, spanId: spanId(request * 10_000 + index) }),
        );
        equal((await target.post(traceRequest(spans))).status, 200);
      }
      let isRead = false;
      let longestMs = 0;
      const begun = performance.now();
      const pulse = (async () => {
        while (!isRead) {
          const before = performance.now();
          await new Promise(setImmediate);
          longestMs = Math.max(longestMs, performance.now() - before);
        }
      })();
      const { spans, cut } = await target.trace(id).finally(() => {
        isRead = true;
      });
      const tookMs = performance.now() - begun;
      await pulse;
      equal(spans.length + cut, 120_000);
      ok(cut > 19_000 && cut <= 20_000, `${cut} cut`);
      ok(spans.some((span) => span.spanId === spanId(119_999)));
      equal(
        spans.some((span) => span.spanId === spanId(0)),
        false,
      );
      // Takes a tenth of it on an idle machine.
      ok(longestMs < tookMs / 2, `held up for ${longestMs} of ${tookMs} ms`);
    } finally {
      await target.close();
    }
  });
});
