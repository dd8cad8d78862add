/**
 * The work of one process for the alerts of one namespace, with one configuration: the activities of the
 * watcher and the incidents, and the alerts that are sent without Temporal.
 */
import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { GrpcStatus, grpcStatusOf } from '../../client/grpc-status';
import { withinTimeout } from '../../client/listing';
import type { SecretProvider } from '../../core/http/secrets';
import { createEdgeLog, type EdgeLog } from '../../core/util/edge-log';
import { Channels } from '../channels/channels';
import type { ResolvedAlerts } from '../config/types';
import { ALERTS_TASK_QUEUE, CONFIG_MARK, WATCHER_ID, WatcherMessage } from '../names';
import { JobWatch } from '../watch/job-watch';
import { POLLER_ALIVE_MS } from '../watch/queues';
import { Reader } from '../watch/reader';
import type { Redact } from '../watch/run-details';
import { lastSeenMs, ServerClock } from '../watch/server-clock';
import { Signaller } from '../watch/signaller';
import type { AlertActivities } from '../workflows/activities';
import { BlindMonitor, UNREADABLE_MS } from './blind';
import { createDeliver } from './deliver';
import { createHeartbeat } from './heartbeat';
import { createSilenceReader } from './silence-reader';
import { createWatchActivity } from './watch-activity';

export interface WatcherProcessOptions {
  readonly client: Client;
  readonly config: ResolvedAlerts;
  readonly secrets: SecretProvider;
  readonly redact: Redact;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const CHECK_MS = 60_000;

/** Thrown if the watcher's workflow was ended or is gone. */
export class WatcherEndedError extends Error {
  override readonly name = 'WatcherEndedError';
}

export class WatcherProcess {
  readonly channels: Channels;
  readonly activities: AlertActivities;
  readonly #options: WatcherProcessOptions;
  readonly #log: EdgeLog;
  readonly #blind: BlindMonitor;
  readonly #closing = new AbortController();
  readonly #reader: Reader;
  readonly #clock = new ServerClock();
  /** Time of the last successful read of the server, by the process's monotonic clock. */
  #polledMs = Number.NEGATIVE_INFINITY;
  /** Number of consecutive checks that found processes with other configurations. */
  #checksWithOthers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatcherProcessOptions) {
    const { client, config, secrets, redact, log } = options;
    const { namespace } = client.options;
    this.#options = options;
    this.#log = createEdgeLog(log);
    this.#reader = new Reader(client);
    this.channels = new Channels(namespace, config, secrets);
    const send: Channels['send'] = (name, subject, message) => this.channels.send(name, subject, message);
    this.#blind = new BlindMonitor({
      namespace,
      channels: () => this.channels.names,
      send,
      now: this.#clock.now,
      signal: this.#closing.signal,
    });
    const silences = createSilenceReader(client);
    const heartbeat = createHeartbeat(config.heartbeatUrl, secrets, (why) => {
      if (why === undefined) this.#log.end('heartbeat', 'alerts: heartbeatUrl can be called again');
      else this.#log.begin('heartbeat', `alerts: heartbeatUrl could not be called: ${why}`, why);
    });
    const createWatch = (sinceMs: number, cursor: ConstructorParameters<typeof JobWatch>[0]['cursor']) =>
      new JobWatch({
        client,
        config,
        sinceMs,
        cursor,
        redact,
        now: this.#clock.now,
        silences,
        stoppedChannels: () => this.channels.stopped,
      });
    this.activities = {
      jobAlertsDeliver: createDeliver({
        send,
        silences,
        refused: (channel, why) => this.#refused(channel, why),
        delivered: (channel) => this.#end(`channel:${channel}`, `channel ${channel} accepts messages again`),
      }),
      jobAlertsTest: (request) => this.#test(request),
      jobAlertsWatch: createWatchActivity({
        pollIntervalMs: config.pollIntervalMs,
        clock: this.#clock,
        lastSeenMs: async () => lastSeenMs((await this.#reader.describe(WATCHER_ID))?.raw ?? {}),
        createWatch,
        polled: () => {
          this.#polled();
          heartbeat();
        },
        failed: (error) => this.#failed(error),
        report: (report) =>
          withinTimeout(client, () =>
            client.workflow.getHandle(WATCHER_ID).signal(WatcherMessage.report, report),
          ),
      }),
    };
  }

  /** The worker's identity, which includes the hash of its configuration. */
  get identity(): string {
    return `${process.pid}@${hostname()}${CONFIG_MARK}${this.#options.config.hash}`;
  }

  /**
   * Checks every minute that the watcher's workflow runs, that the server can be read, and that all processes
   * use the same configuration.
   *
   * @param ended called when the watcher's workflow has ended
   */
  start(ended: (error: WatcherEndedError) => void): void {
    const check = async () => {
      await this.#check(ended).catch((error: unknown) => this.#failed(error));
      if (!this.#closing.signal.aborted) this.#timer = setTimeout(check, CHECK_MS).unref();
    };
    this.#timer = setTimeout(check, CHECK_MS).unref();
  }

  /** Stops the checks. May be called twice. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  async #check(ended: (error: WatcherEndedError) => void): Promise<void> {
    const watcher = await this.#reader.describe(WATCHER_ID);
    if (watcher?.status.name !== 'RUNNING') {
      const end = watcher === undefined ? 'no longer exists' : `has ended (${watcher.status.name})`;
      ended(new WatcherEndedError(`the watcher of namespace ${this.#namespace} ${end}`));
      return;
    }
    // If another process is watching, check that this one can read the server.
    if (performance.now() - this.#polledMs > CHECK_MS) {
      await this.#reader.checkVisibility();
      this.#polled();
    }
    const others = await this.#otherConfigurations(lastSeenMs(watcher.raw));
    this.#checksWithOthers = others.length === 0 ? 0 : this.#checksWithOthers + 1;
    const reason = `processes with different configurations watch namespace ${this.#namespace}`;
    // One check may find the old configuration of a process that is reloading it.
    if (this.#checksWithOthers > 1) this.#begin('configuration', reason);
    else if (this.#checksWithOthers === 0)
      this.#end('configuration', 'all processes use the same configuration');
  }

  /**
   * Returns the hashes of other configurations that running processes use.
   *
   * @param nowMs the server's time, in milliseconds since 1970
   */
  async #otherConfigurations(nowMs: number): Promise<readonly string[]> {
    const pollers = await this.#reader.pollers(ALERTS_TASK_QUEUE, 'activity');
    return pollers.flatMap(({ identity, atMs }) => {
      const [, hash] = identity.split(CONFIG_MARK);
      const isOther = hash !== undefined && hash !== this.#options.config.hash;
      return isOther && nowMs - atMs < POLLER_ALIVE_MS ? [hash] : [];
    });
  }

  async #test(request: unknown): Promise<string | null> {
    const { channel } = (request ?? {}) as { readonly channel?: unknown };
    const names = this.channels.names;
    if (typeof channel !== 'string' || !names.includes(channel))
      return `channel: expected one of ${names.join(', ')}, got ${JSON.stringify(channel)}`;
    const handling = { to: [channel], on: [], after: 1, recoverAfter: 1, remindEveryMs: CHECK_MS };
    await new Signaller(this.#options.client).signal(
      { kind: 'test', name: channel },
      { handling, seen: [{ kind: 'test', atMs: this.#clock.now() }] },
    );
    return null;
  }

  #polled(): void {
    this.#polledMs = performance.now();
    this.#end('visibility', 'the server can be read again');
    this.#end('attributes', 'the search attributes are registered');
  }

  #failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const isQueryRefused = grpcStatusOf(error) === GrpcStatus.INVALID_ARGUMENT;
    const [key, reason] = isQueryRefused
      ? ['attributes', `search attributes are missing in namespace ${this.#namespace}`]
      : ['visibility', `the server cannot be read in namespace ${this.#namespace}`];
    this.#log.begin(key, `alerts: ${reason}: ${message}`);
    this.#blind.begin(key, reason, { afterMs: UNREADABLE_MS });
  }

  #refused(channel: string, why: string): void {
    const reason = `channel ${channel} rejects messages: ${why}`;
    this.#log.begin(`channel:${channel}`, `alerts: ${reason}`, why);
    this.#blind.begin(`channel:${channel}`, reason, { about: channel });
  }

  #begin(key: string, reason: string): void {
    this.#log.begin(key, `alerts: ${reason}`);
    this.#blind.begin(key, reason);
  }

  #end(key: string, message: string): void {
    this.#log.end(key, `alerts: ${message}`);
    this.#blind.end(key);
  }

  get #namespace(): string {
    return this.#options.client.options.namespace;
  }
}
