/** What a watcher learns and keeps in mind, on a real server: what is usual, what flaps, what is still open. */
import { deepEqual, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../testing/until';
import { Stage } from '../support/alerts/stage';

describe('a watcher', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start();
    const jobs = { reminded: { remindEvery: '3 seconds' }, wobbly: {}, steady: {} } as const;
    await stage.isWatching(await stage.watch(stage.config({ jobs })));
  });
  after(() => stage.stop());

  const toldOf = (name: string) =>
    stage.receiver.told().flatMap((message) => (message.endsWith(` ${name}`) ? message : []));
  const isTold = (name: string, count: number) =>
    until(() => toldOf(name).length >= count, { says: () => `told of ${name}: ${toldOf(name)}` });

  it('learns the usual duration from ten runs, and reports a run that takes 10 s longer while it runs', async () => {
    let end = () => {};
    await stage.whileWorking(async () => {
      for (let run = 0; run < 10; run++) await stage.run('steady');
      stage.works.set('steady', () => new Promise<void>((resolve) => (end = resolve)));
      const { firstExecutionRunId } = await stage.start('nightly', ['steady'], { job: 'steady' });
      const { payload } = await until(
        () => stage.receiver.taken().find(({ payload }) => payload.data.run?.runId === firstExecutionRunId),
        { says: () => `it was not told; there is: ${stage.receiver.told()}` },
      );
      const { type, data } = payload;
      const { state, usualMs = Number.NaN, limitMs = Number.NaN, run } = data;
      deepEqual([type, state], ['job.slow', 'open']);
      ok(limitMs >= usualMs + 10_000 && (run?.elapsedMs ?? 0) > limitMs, JSON.stringify(data));
      match(data.text, /^steady is slow: [\d.]+ s, usually [\d.]+ s \(limit [\d.]+ s\); work is running$/);
      end();
      await isTold('steady', 2);
    });
    deepEqual(toldOf('steady'), ['job.slow open steady', 'job.slow resolved steady']);
  });

  it('reports three failures with recoveries as flapping, once, and ends it after three successes', async () => {
    const fails = () => stage.works.set('wobbly', () => Promise.reject(new Error('sometimes')));
    const works = () => stage.works.set('wobbly', () => {});
    await stage.whileWorking(async () => {
      for (const told of [1, 3]) {
        fails();
        await stage.run('wobbly');
        await isTold('wobbly', told);
        works();
        await stage.run('wobbly');
        await isTold('wobbly', told + 1);
      }
      fails();
      await stage.run('wobbly');
      await isTold('wobbly', 5);
      works();
      await stage.run('wobbly');
      await isTold('wobbly', 6);
      for (let run = 0; run < 3; run++) await stage.run('wobbly');
      await isTold('wobbly', 7);
    });
    deepEqual(toldOf('wobbly').slice(-3), [
      'job.failed open wobbly',
      'job.failed open flapping wobbly',
      'job.recovered resolved wobbly',
    ]);
  });

  it('sends reminders of open problems, and none once they are resolved', async () => {
    stage.works.set('reminded', () => Promise.reject(new Error('still')));
    await stage.whileWorking(async () => {
      await stage.run('reminded');
      await isTold('reminded', 3);
      stage.works.set('reminded', () => {});
      await stage.run('reminded');
      await until(() => toldOf('reminded').includes('job.recovered resolved reminded'), {
        says: () => `no recovery: ${toldOf('reminded')}`,
      });
    });
    const [first, ...others] = toldOf('reminded');
    deepEqual([first, others.pop()], ['job.failed open reminded', 'job.recovered resolved reminded']);
    deepEqual([...new Set(others)], ['job.failed open reminder reminded']);
  });
});
