/**
 * The configuration of alerts, as it is written: in a JSON file, or in code.
 */
import type { TraceUrlOption } from '../../core/trace-url-option';
import type { DurationText } from '../../core/util/duration';

/** What can be told of a job; `job.failed` and so on in messages. */
export const ALERT_EVENTS: readonly AlertEvent[] = Object.freeze([
  'failed',
  'failing',
  'recovered',
  'slow',
  'overdue',
  'no_worker',
  'stuck',
]);

/** What can be told of a job. */
export type AlertEvent = 'failed' | 'failing' | 'recovered' | 'slow' | 'overdue' | 'no_worker' | 'stuck';

/** A value that is not in the configuration: it is read from the environment variable, or from the file that `NAME_FILE` names. */
export interface SecretReference {
  /** Name of the environment variable. */
  readonly secret: string;
}

/** Messages in the form of Standard Webhooks, https://www.standardwebhooks.com. */
export interface WebhookChannel {
  readonly type: 'webhook';
  /** An http or https address. */
  readonly url: string | SecretReference;
  /** The key of the signatures: Base64 of 24 to 64 bytes, with or without `whsec_` before it. */
  readonly secret: SecretReference;
  /** Sent along with each message. */
  readonly headers?: Readonly<Record<string, string | SecretReference>>;
}

/** An incoming webhook of Slack. */
export interface SlackChannel {
  readonly type: 'slack';
  /** The address that Slack gave; whoever has it can post. */
  readonly url: string | SecretReference;
}

/** Where messages are sent. */
export type AlertChannel = WebhookChannel | SlackChannel;

/** What is told about a job, and to whom. What a rule leaves out is taken from `default`. */
export interface AlertRule {
  /** @default all; `overdue` where {@link successWithin} is given */
  readonly on?: readonly AlertEvent[];
  /** Names of channels. @default all */
  readonly to?: readonly string[];
  /** After how many failed runs in a row the job is told as failed, 1 to 100. @default 1 */
  readonly after?: number;
  /** After how many successful runs in a row it has recovered, 1 to 100. @default 1 */
  readonly recoverAfter?: number;
  /** A run is slow from this duration on, in milliseconds, at least 1,000. @default learnt from the last 30 runs */
  readonly overMs?: number;
  /** The job is overdue when it has not succeeded for so long, such as `'26h'`, from 1 second to 35 days. @default none */
  readonly successWithin?: DurationText;
  /** How often an open alert is told again, from 1 second to 35 days. @default '24h' */
  readonly remindEvery?: DurationText;
}

/** The configuration of alerts. */
export interface JobAlertsConfig {
  /** Channels by name; at least one. */
  readonly channels: Readonly<Record<string, AlertChannel>>;
  /** For jobs that no pattern fits, and for what other rules leave out. */
  readonly default?: AlertRule;
  /** By job name or pattern: `*` stands for any number of characters; the most specific pattern wins. */
  readonly jobs?: Readonly<Record<string, AlertRule>>;
  /** Address of the console, for links to runs and traces. @default no such links */
  readonly consoleUrl?: string;
  /** Address of the Temporal Web UI, for links to runs. @default no such links */
  readonly webUiUrl?: string;
  /** Where traces can be looked at, as the plugin's option. @default the console, if its address is given */
  readonly traceUrl?: TraceUrlOption | undefined;
  /** Called (GET) while the watcher works, at most once in 30 seconds: the address of a dead man's switch. @default none */
  readonly heartbeatUrl?: string | SecretReference;
  /** Pause between two looks at the server, in milliseconds, 1,000 to 60,000. @default 5000 */
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
  /** Compiled template. */
  readonly traceUrl?: string;
  readonly heartbeatUrl?: string | SecretReference;
  readonly pollIntervalMs: number;
  /** Sixteen hex digits: two configurations with the same are the same. */
  readonly hash: string;
}
