/** Messages arrive, once, whatever receivers answer; many of a kind are one; what a channel refuses is told on another. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JobWatcher } from 'temporal-job-tracing/alerts';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';

const JOBS = 200;
/** So many of them recover. */
const RECOVERED = 20;

describe('messages', () => {
  let stage: Stage;
  let watcher: JobWatcher;
  let end: () => Promise<void>;
  const watch = async () => {
    const channels = {
      oncall: stage.receiver.channel('/hook/oncall'),
      team: stage.receiver.channel('/hook/team'),
    };
    const both = ['oncall', 'team'];
    watcher = await stage.watch(
      stage.config({
        channels,
        default: { to: ['oncall'] },
        jobs: { 'both-*': { to: both }, 'team-*': { to: ['team'] } },
      }),
    );
    await stage.isWatching(watcher);
  };
  before(async () => {
    stage = await Stage.start();
    await watch();
    const worker = await stage.worker();
    const running = worker.run();
    end = () => {
      worker.shutdown();
      return running;
    };
  });
  after(async () => {
    await end();
    await stage.stop();
  });
  const attempts = (path: string) => stage.receiver.received.filter((one) => one.path === path);

  it('are retried after an error with the same id, and channels do not wait for each other', async () => {
    stage.receiver.answer = (path) => (path === '/hook/oncall' && attempts(path).length < 2 ? 500 : 204);
    await stage.run('both-1', 'breaks', []);
    await stage.receiver.has(1, 60_000, '/hook/team');
    equal(stage.receiver.taken('/hook/oncall').length, 0);
    await stage.receiver.has(1, 60_000, '/hook/oncall');
    const [first, second, third, ...more] = attempts('/hook/oncall');
    equal(new Set([first, second, third].map((one) => one?.id)).size, 1);
    equal(more.length, 0);
    const pauses = [(second?.atMs ?? 0) - (first?.atMs ?? 0), (third?.atMs ?? 0) - (second?.atMs ?? 0)];
    ok((pauses[0] ?? 0) >= 1_900 && (pauses[1] ?? 0) >= 4_900, pauses.join());
  });

  it('are retried no earlier than Retry-After', async () => {
    const before = attempts('/hook/team').length;
    stage.receiver.answer = (path) =>
      attempts(path).length === before ? { status: 429, headers: { 'retry-after': '6' } } : 204;
    await stage.run('team-1', 'breaks', []);
    await until(() => attempts('/hook/team').length === before + 2, { says: 'not sent again' });
    const [first, second] = attempts('/hook/team').slice(before);
    const pause = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    ok(pause >= 5_900, `${pause}`);
  });

  it('about a problem that ended before the first delivery are merged into one', async () => {
    const before = stage.receiver.taken('/hook/team').length;
    let isDown = true;
    stage.receiver.answer = () => (isDown ? 503 : 204);
    await stage.run('team-2', 'breaks', []);
    await until(() => attempts('/hook/team').at(-1)?.status === 503, { says: 'nothing was sent' });
    await stage.run('team-2', 'takes', [1]);
    const incident = stage.client.workflow.getHandle('job-alert/team-2');
    await until(
      async () => {
        const { problems } = (await incident.query('status')) as { problems: unknown[] };
        return problems.length === 0;
      },
      { says: 'the recovery is not seen' },
    );
    isDown = false;
    const received = await stage.receiver.has(before + 1, 60_000, '/hook/team');
    const [last] = received.slice(before);
    deepEqual([last?.payload.type, last?.payload.data.state], ['job.failed', 'resolved']);
    equal(stage.receiver.taken('/hook/team').length, before + 1);
  });

  it(`of ${JOBS} jobs that fail in one look are one, and recoveries are fewer than jobs`, async () => {
    stage.receiver.answer = () => 204;
    // All of them have failed when the watcher looks.
    await watcher.close();
    const before = stage.receiver.taken('/hook/oncall').length;
    await Promise.all(Array.from({ length: JOBS }, (_, index) => stage.run(`many-${index}`, 'breaks', [])));
    await watch();
    const messages = (from: number) =>
      stage.receiver
        .taken('/hook/oncall')
        .slice(from)
        .map(({ payload: { type, data } }) => ({ type, count: data.jobs?.count ?? 1 }));
    const areTold = (jobs: number, from: number) =>
      until(() => messages(from).reduce((sum, { count }) => sum + count, 0) === jobs, {
        within: 120_000,
        says: () => JSON.stringify(messages(from)),
      });
    await areTold(JOBS, before);
    deepEqual(messages(before), [{ type: 'job.failed', count: JOBS }]);
    await Promise.all(
      Array.from({ length: RECOVERED }, (_, index) => stage.run(`many-${index}`, 'takes', [1])),
    );
    // They end over several looks.
    await areTold(RECOVERED, before + 1);
    ok(messages(before + 1).every(({ type }) => type === 'job.recovered'));
    ok(messages(before + 1).length < RECOVERED, `${messages(before + 1).length} messages`);
  });

  it('that a receiver rejects are dropped, this is reported on the other channel, and the next is sent', async () => {
    const before = stage.receiver.taken('/hook/oncall').length;
    stage.receiver.answer = (path) => (path === '/hook/team' ? 401 : 204);
    await stage.run('team-3', 'breaks', []);
    await stage.receiver.has(before + 1, 60_000, '/hook/oncall');
    const [blind] = stage.receiver.taken('/hook/oncall').slice(before);
    deepEqual(
      [blind?.payload.type, blind?.payload.data.reason],
      ['watcher.blind', 'channel team rejects messages: HTTP status 401'],
    );
    stage.receiver.answer = () => 204;
    const next = stage.receiver.taken('/hook/team').length;
    await stage.run('team-4', 'breaks', []);
    await stage.receiver.has(next + 1, 60_000, '/hook/team');
    equal(stage.receiver.taken('/hook/team').at(-1)?.payload.data.job, 'team-4');
  });

  it('are no longer sent to a channel that answered 410 Gone', async () => {
    stage.receiver.answer = (path) => (path === '/hook/team' ? 410 : 204);
    const before = attempts('/hook/team').length;
    await stage.run('team-5', 'breaks', []);
    await until(() => attempts('/hook/team').length > before, { says: 'nothing was sent' });
    await stage.run('team-6', 'breaks', []);
    const incident = stage.client.workflow.getHandle('job-alert/team-6');
    const refused = await until(
      async () => {
        const status = (await incident.query('status').catch(() => undefined)) as
          | { deliveries: { outcome: string; why: string }[] }
          | undefined;
        return status?.deliveries[0];
      },
      { says: 'nothing became of it' },
    );
    deepEqual([refused.outcome, refused.why], ['refused', 'the channel was stopped: HTTP status 410']);
    equal(attempts('/hook/team').length, before + 1);
  });
});
