/**
 * The stream of server-sent events for a page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { RunsChanged } from '../../types';
import { type ConsoleData, namespacesOf } from '../console-data';
import type { LiveHub } from '../live';

/** Interval of comments that keep proxies from closing a quiet stream. */
const KEEP_ALIVE_MS = 15_000;
/** Maximum number of events that wait for a slow page; one more ends the stream, and the page connects again. */
const MAX_QUEUE = 1_000;

/**
 * Creates the route of the event stream.
 *
 * @param closing aborts when the console ends, so that open streams do not delay it
 */
export function eventRoutes(data: ConsoleData, live: LiveHub, closing: AbortSignal): Hono {
  const app = new Hono();
  app.get('/api/events', (c) => {
    const name = c.req.query('namespace');
    const runId = c.req.query('run');
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      const stop = () => gone.abort();
      stream.onAbort(stop);
      closing.addEventListener('abort', stop, { once: true });
      let queued = 0;
      // Writes are not awaited: they wait for the page, which may have stopped reading.
      const send = (write: () => Promise<unknown>) => {
        if (gone.signal.aborted) return;
        if (++queued > MAX_QUEUE) return stop();
        write().then(() => queued--, stop);
      };
      const ends = namespacesOf(data, name).flatMap(({ poller, incidents }) => [
        poller.watch(runId),
        incidents.watch(),
      ]);
      ends.push(
        live.listen((event, body) => {
          const isOther = event === 'runs' && name !== undefined && (body as RunsChanged).namespace !== name;
          if (!isOther) send(() => stream.writeSSE({ event, data: JSON.stringify(body) }));
        }),
      );
      try {
        while (!gone.signal.aborted) {
          send(() => stream.write(': alive\n\n'));
          await sleep(KEEP_ALIVE_MS, undefined, { signal: gone.signal }).catch(() => {});
        }
      } finally {
        for (const end of ends) end();
        closing.removeEventListener('abort', stop);
      }
    });
  });
  return app;
}
