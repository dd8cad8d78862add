/** Activities that wait to be cancelled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

const HEARTBEAT_MS = 200;

export const cancellableActivities = {
  /** Sends heartbeats until it is cancelled, while it waits in `sleep` or in `fetch`. */
  async waitForCancellation(how: 'sleep' | 'fetch'): Promise<void> {
    const context = Context.current();
    const heartbeats = setInterval(() => context.info.isLocal || context.heartbeat(), HEARTBEAT_MS);
    try {
      if (how === 'sleep') await context.sleep('1 min');
      else await fetch(`${process.env.SILENT_URL}`, { signal: context.cancellationSignal });
    } finally {
      clearInterval(heartbeats);
    }
  },

  /** Sends its first heartbeat after this time, then one at each interval until it is cancelled. */
  async heartbeatLate(silentMs: number): Promise<void> {
    const context = Context.current();
    await Promise.race([context.cancelled, sleep(silentMs)]);
    for (;;) {
      context.heartbeat();
      await context.sleep(HEARTBEAT_MS);
    }
  },
};
