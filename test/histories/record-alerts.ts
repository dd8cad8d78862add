/**
 * Records alert workflows: a real watcher, jobs with each kind of problem one after the other, and a webhook receiver
 * with the responses that each kind needs.
 */
import { WATCHER_ID } from '../../alerts/names';
import { Stage } from '../support/alerts/stage';
import { ALERT_KINDS, AlertRecorder } from './alert-kinds';
import type { writeHistories } from './files';

type Found = Parameters<typeof writeHistories>[2][number];

export async function recordAlerts(): Promise<Found[]> {
  const stage = await Stage.start();
  const channel = (name: string) => stage.receiver.channel(`/hook/${name}`);
  const recorder = new AlertRecorder(stage);
  let isFirst = true;
  stage.receiver.answer = (path) => {
    if (path.endsWith('/gone')) return 410;
    if (path.endsWith('/down')) return recorder.downStatus;
    if (!path.endsWith('/flaky') || !isFirst) return 204;
    isFirst = false;
    return 500;
  };
  const config = stage.config({
    channels: {
      oncall: channel('oncall'),
      flaky: channel('flaky'),
      down: channel('down'),
      gone: channel('gone'),
    },
    default: { to: ['oncall'] },
    jobs: {
      slow: { overMs: 1_000 },
      overdue: { successWithin: '15 seconds' },
      reminded: { remindEvery: '3 seconds' },
      retried: { to: ['flaky'] },
      merged: { to: ['down'] },
      stopped: { to: ['gone'] },
    },
  });
  try {
    await stage.isWatching(await stage.watch(config));
    await stage.client.workflow
      .getHandle(WATCHER_ID)
      .signal('silence', { job: 'silenced', for: '1 hour', reason: 'release' });
    return await stage.whileWorking(async () => {
      const found: Found[] = [];
      for (const [kind, record] of Object.entries(ALERT_KINDS)) {
        const run = await record(recorder);
        found.push({ file: `${kind}.binpb`, kind, plugin: null, run });
        console.log(`alerts: ${kind}`);
      }
      return found;
    });
  } finally {
    await stage.stop();
  }
}
