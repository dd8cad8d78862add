/** A watcher goes by the server's clock, whatever its own shows and whenever somebody sets it. */
import { deepEqual, match } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';
import { WatchByHand } from '../support/alerts/watch-by-hand';
import { WatchProcess, withConfigFile } from '../support/alerts/watch-process';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NODE_OPTIONS = `--require ${require.resolve('../support/alerts/shifted-clock')}`;

describe('a watcher whose clock', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
  });
  afterEach(() => {
    stage.receiver.received.length = 0;
  });
  after(() => stage.stop());

  /** The messages about a job. Slack has no signature, whose time would be wrong. */
  const messages = (job: string) =>
    stage.receiver.received.flatMap(({ path, body }) => {
      const { text } = path === '/slack' ? (JSON.parse(body) as { text: string }) : { text: '' };
      return text.includes(job) ? [text] : [];
    });
  const told = (job: string, count: number) =>
    until(() => messages(job).length >= count, { says: () => `${job}: ${messages(job).join(' | ')}` });

  /** Calls `fn` while a process watches, with a function that sets its clock. */
  const whileWatching = (aheadMs: number, fn: (set: (aheadMs: number) => Promise<void>) => Promise<void>) =>
    withConfigFile(`${aheadMs}`, (clock) => {
      const { url } = stage.receiver;
      const config = stage.config({
        channels: { team: { type: 'slack', url: `${url}/slack` } },
        heartbeatUrl: `${url}/beat`,
      });
      return withConfigFile(config, async (path) => {
        const { address } = stage.server;
        const flags = ['--config', path, '--address', address, '--namespace', stage.namespace];
        const watch = await WatchProcess.start(flags, { NODE_OPTIONS, CLOCK_FILE: clock });
        try {
          // From then on it has read the server.
          await until(() => stage.receiver.received.some(({ path }) => path === '/beat'), {
            says: 'it does not watch',
          });
          await stage.whileWorking(() => fn((ms) => writeFile(clock, `${ms}`)));
        } finally {
          await watch.end('SIGTERM');
        }
      });
    });

  for (const [state, aheadMs] of [
    ['three minutes ahead', 3 * MINUTE_MS],
    ['two hours ahead', 2 * HOUR_MS],
    ['two hours behind', -2 * HOUR_MS],
  ] as const)
    it(`is ${state} reports a failure and its end`, async () => {
      const job = state.replaceAll(' ', '-');
      await whileWatching(aheadMs, async () => {
        await stage.run(job, 'breaks', []);
        await told(job, 1);
        await stage.run(job, 'takes', [1]);
        await told(job, 2);
      });
      match(
        messages(job).join('\n'),
        new RegExp(`^job\\.failed: ${job} failed: .*\njob\\.recovered: ${job} `),
      );
    });

  it('is set back and forward goes on: failures, the calls of heartbeatUrl, and silences', async () => {
    await whileWatching(0, async (set) => {
      for (const [job, aheadMs] of [
        ['set-back', -HOUR_MS],
        ['set-forward', 2 * HOUR_MS],
      ] as const) {
        await set(aheadMs);
        const beats = () => stage.receiver.received.filter(({ path }) => path === '/beat').length;
        const before = beats();
        await stage.run(job, 'breaks', []);
        await told(job, 1);
        await until(() => beats() > before, { says: 'heartbeatUrl is not called' });
        const watcher = stage.client.workflow.getHandle('job-watcher');
        await watcher.signal('silence', { job: `${job}-*`, for: '1 hour' });
        let tries = 0;
        const isSilenced = async () => {
          const silent = `${job}-${++tries}`;
          await stage.run(silent, 'breaks', []);
          const [first] = await stage.deliveriesOf(silent);
          return first?.outcome === 'silenced';
        };
        await until(isSilenced, { says: 'the silence is not obeyed' });
      }
    });
  });

  it('was ahead, in an earlier version, reports what failed since', async () => {
    const readMs = Date.now() + HOUR_MS;
    const watch = new WatchByHand(stage, {}, { readMs, overdue: [] });
    await stage.whileWorking(() => stage.run('since', 'breaks', []));
    const isSeen = async () => {
      await watch.poll();
      return watch.of('since').length > 0;
    };
    await until(isSeen, { says: 'the failure is not read' });
    deepEqual(watch.of('since'), ['failed']);
  });
});
