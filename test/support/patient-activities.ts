/** Activities that wait to be cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

const BEAT_MS = 200;

export const patientActivities = {
  /** Gives a heartbeat until it is cancelled, while it waits as told. */
  async waitPatiently(how: 'sleep' | 'fetch'): Promise<void> {
    const context = Context.current();
    const beats = setInterval(() => context.info.isLocal || context.heartbeat(), BEAT_MS);
    try {
      if (how === 'sleep') await context.sleep('1 min');
      else await fetch(`${process.env.SILENT_URL}`, { signal: context.cancellationSignal });
    } finally {
      clearInterval(beats);
    }
  },

  /** Gives its first heartbeat after this time, which may be never. */
  async beatLate(silentMs: number): Promise<void> {
    const context = Context.current();
    await Promise.race([context.cancelled, sleep(silentMs)]);
    for (;;) {
      context.heartbeat();
      await context.sleep(BEAT_MS);
    }
  },
};
