/**
 * The configuration of alerts, in a JSON file or in code.
 */
import type { TraceUrlOption } from '../../core/trace-url-option';
import type { DurationText } from '../../core/util/duration';

/** All alert events of a job; in messages they have the prefix `job.`, as in `job.failed`. */
export const ALERT_EVENTS: readonly AlertEvent[] = Object.freeze([
  'failed',
  'failing',
  'recovered',
  'slow',
  'overdue',
  'no_worker',
  'stuck',
]);

/** An alert event of a job; in messages it has the prefix `job.`, as in `job.failed`. */
export type AlertEvent = 'failed' | 'failing' | 'recovered' | 'slow' | 'overdue' | 'no_worker' | 'stuck';

/**
 * Reference to a secret: its value is read from an environment variable `NAME`, or from the file whose path
 * is in `NAME_FILE`.
 */
export interface SecretReference {
  /** Name of the environment variable. */
  readonly secret: string;
}

/**
 * A webhook that receives signed messages in the format of Standard Webhooks,
 * https://www.standardwebhooks.com.
 */
export interface WebhookChannel {
  readonly type: 'webhook';
  /** An http or https address. */
  readonly url: string | SecretReference;
  /** Signing key: Base64 of 24 to 64 bytes, with or without the prefix `whsec_`. */
  readonly secret: SecretReference;
  /** Additional request headers by name. @default none */
  readonly headers?: Readonly<Record<string, string | SecretReference>>;
}

/** An incoming webhook of Slack. */
export interface SlackChannel {
  readonly type: 'slack';
  /** Address of the incoming webhook. It is a secret: anyone who has it can post. */
  readonly url: string | SecretReference;
}

/** A receiver of alert messages. */
export type AlertChannel = WebhookChannel | SlackChannel;

/**
 * Which alerts are sent about a job, and to which channels. Members that a rule leaves out are taken from
 * `default`.
 */
export interface AlertRule {
  /** Events to report. @default all; `overdue` only with {@link successWithin} */
  readonly on?: readonly AlertEvent[];
  /** Names of the channels that receive the messages. @default all */
  readonly to?: readonly string[];
  /** Number of consecutive failed runs after which the job is reported as failed, 1 to 100. @default 1 */
  readonly after?: number;
  /** Number of consecutive successful runs after which the job has recovered, 1 to 100. @default 1 */
  readonly recoverAfter?: number;
  /**
   * Duration above which a run is slow, in milliseconds, at least 1,000.
   *
   * @default a limit learnt from the last 30 successful runs
   */
  readonly overMs?: number;
  /**
   * Time within which the job must succeed again, such as `'26h'`, from 1 second to 35 days; after it the job
   * is overdue. @default none
   */
  readonly successWithin?: DurationText;
  /** Interval between reminders of an open alert, from 1 second to 35 days. @default '24h' */
  readonly remindEvery?: DurationText;
}

/** The configuration of alerts. */
export interface JobAlertsConfig {
  /** Channels by name; at least one. */
  readonly channels: Readonly<Record<string, AlertChannel>>;
  /** Rule for jobs that match no pattern, and for members that other rules leave out. */
  readonly default?: AlertRule;
  /**
   * Rules by job name or pattern. `*` stands for any number of characters; the most specific pattern wins.
   */
  readonly jobs?: Readonly<Record<string, AlertRule>>;
  /** Address of the console, for links to runs and traces. @default no such links */
  readonly consoleUrl?: string;
  /** Address of the Temporal Web UI, for links to runs. @default no such links */
  readonly webUiUrl?: string;
  /**
   * Address of a trace in the tracing back end, as the plugin's option. @default the console's, if it is set
   */
  readonly traceUrl?: TraceUrlOption | undefined;
  /**
   * Address of a dead man's switch, which receives a GET request every 30 seconds while the watcher works.
   *
   * @default none
   */
  readonly heartbeatUrl?: string | SecretReference;
  /** Interval between polls of the server, in milliseconds, 1,000 to 60,000. @default 5000 */
  readonly pollIntervalMs?: number;
}

/** A checked rule with all defaults filled in. Frozen. */
export interface ResolvedAlertRule {
  readonly on: readonly AlertEvent[];
  readonly to: readonly string[];
  readonly after: number;
  readonly recoverAfter: number;
  readonly overMs?: number;
  readonly successWithinMs?: number;
  readonly remindEveryMs: number;
}

/** A checked configuration. Frozen. */
export interface ResolvedAlerts {
  readonly channels: ReadonlyMap<string, AlertChannel>;
  readonly default: ResolvedAlertRule;
  readonly jobs: ReadonlyMap<string, ResolvedAlertRule>;
  readonly consoleUrl?: string;
  readonly webUiUrl?: string;
  /** Template of a trace's address, compiled by `compileTraceUrl`. */
  readonly traceUrl?: string;
  readonly heartbeatUrl?: string | SecretReference;
  readonly pollIntervalMs: number;
  /** Hash of the configuration, 16 hex digits. */
  readonly hash: string;
}
