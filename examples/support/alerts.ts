/**
 * Alerts of an example: a watcher of the jobs, and a receiver that prints each message as it arrives.
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
import { print, progress, terminal } from './terminal';

const POLL_INTERVAL_MS = 1_000;
/** Longest time until an alert about a slow run, even on a busy machine. */
const ALERT_WITHIN_MS = 30_000;

/** The alerts of an example. */
export interface Alerts {
  /** Waits for an alert about the run; false if there is none, `undefined` without a watcher. */
  hasAlertOf(runId: string): Promise<boolean | undefined>;
}

/**
 * Watches the jobs of the rules. On a server that was already running there may be another watcher; then it prints a
 * note and watches nothing.
 */
export async function startAlerts(
  { connection, places, telemetry }: Stage,
  jobs: NonNullable<JobAlertsConfig['jobs']>,
  onStarted: OnStarted,
): Promise<Alerts> {
  if (!places.hasOwnServer) {
    progress('No alerts: the Temporal server was already running, and may have another watcher');
    return { hasAlertOf: async () => undefined };
  }
  const key = randomBytes(32).toString('base64');
  const alerted = new Set<string>();
  const receiver = await startReceiver(key, (alert) => {
    const { runId = '' } = alert.data.run ?? {};
    print(...alertLines(alert, !alerted.has(runId), terminal));
    if (runId !== '') alerted.add(runId);
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
    hasAlertOf: (runId) =>
      until(() => alerted.has(runId), { within: ALERT_WITHIN_MS, says: 'no alert' }).catch(() => false),
  };
}

/** Starts a receiver like a team's on-call tool, which accepts messages that are signed with the key. */
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
