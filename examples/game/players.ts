/**
 * The players: traffic from users, without labels and traces.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const PLAYERS = 20;
const PAUSE_MS = 100;

/** Plays and looks at the leaderboard until the signal aborts. */
export async function play(serviceUrl: string, signal: AbortSignal): Promise<void> {
  for (let match = 0; !signal.aborted; match++) {
    const player = `player-${match % PLAYERS}`;
    try {
      await fetch(`${serviceUrl}/matches`, {
        method: 'POST',
        body: JSON.stringify({ player, points: match % 7 }),
        signal,
      });
      if (match % PLAYERS === 0) await (await fetch(`${serviceUrl}/leaderboard`, { signal })).text();
      await sleep(PAUSE_MS, undefined, { signal });
    } catch {
      // A player whose request fails tries again; a failure of the service shows in the jobs.
      await sleep(PAUSE_MS);
    }
  }
}
