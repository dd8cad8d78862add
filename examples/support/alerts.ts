/**
 * Alerts of an example: a watcher of the jobs, and a receiver of its own that writes each message to the terminal as it
 * arrives.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { type AlertPayload, type JobAlertsConfig, startJobWatcher } from 'temporal-job-tracing/alerts';
import { until } from '../../testing/until';
import { alertLines } from './report';
import type { OnStarted, Stage } from './stage';
import { progress, say, terminal } from './terminal';

const POLL_INTERVAL_MS = 1_000;
/** A run that was too slow is told this soon, also on a busy machine. */
const TOLD_WITHIN_MS = 30_000;

export interface Alerts {
  /** Whether there is an alert about the run, now or soon; `undefined` where nobody watches. */
  tellOf(runId: string): Promise<boolean | undefined>;
}

/**
 * Watches the jobs of the rules. On a server that was running before, somebody else's watcher may be at work: there it
 * says so, and watches nothing.
 */
export async function startAlerts(
  { connection, places, telemetry }: Stage,
  jobs: NonNullable<JobAlertsConfig['jobs']>,
  onStarted: OnStarted,
): Promise<Alerts> {
  if (!places.hasOwnServer) {
    progress('No alerts: the Temporal server is not of this example, and may have a watcher of its own');
    return { tellOf: async () => undefined };
  }
  const key = randomBytes(32).toString('base64');
  const told = new Set<string>();
  const receiver = await startReceiver(key, (alert) => {
    const { runId = '' } = alert.data.run ?? {};
    say(...alertLines(alert, !told.has(runId), terminal));
    if (runId !== '') told.add(runId);
  });
  onStarted(receiver.stop);
  const { consoleUrl, traceUrl } = telemetry;
  const watcher = await startJobWatcher({
    connection,
    config: {
      channels: { example: { type: 'webhook', url: receiver.url, secret: { secret: 'EXAMPLE_KEY' } } },
      jobs,
      pollIntervalMs: POLL_INTERVAL_MS,
      ...(consoleUrl !== undefined && { consoleUrl }),
      ...(traceUrl !== undefined && { traceUrl }),
    },
    secrets: () => key,
    logger: { info: () => {}, warn: (message) => progress(message) },
  });
  onStarted(() => watcher.close());
  return {
    tellOf: (runId) =>
      until(() => told.has(runId), { within: TOLD_WITHIN_MS, says: 'nothing was told' }).catch(() => false),
  };
}

/** A receiver as a team's own on-call tool may be: takes messages that are signed with the key. */
async function startReceiver(key: string, take: (alert: AlertPayload) => void) {
  const webhook = new Webhook(key);
  const server = createServer(async (request, response) => {
    try {
      const headers = request.headers as Record<string, string>;
      take(webhook.verify(await bodyOf(request), headers) as AlertPayload);
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
