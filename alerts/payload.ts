/**
 * What receivers get: JSON in the form of Standard Webhooks (`type`, `timestamp`, `data`), described by
 * alert.schema.json beside this file. Never a run's arguments, memo or result.
 */
import type { JobTrigger } from '../core/search-attributes';
import type { AlertType } from './incident/message';

/** A run, as receivers get it. */
export interface AlertPayloadRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  /** What started it; not known of a run that is not bound. */
  readonly trigger?: JobTrigger;
  /** From 1 on. */
  readonly attempt?: number;
  /** When it was to begin, ISO 8601. */
  readonly due: string;
  /** When its first workflow task began. */
  readonly started?: string;
  readonly closed?: string;
  /** From due to its end, or to the moment of the alert. */
  readonly elapsedMs: number;
  /** From due to the first workflow task. */
  readonly waitedMs?: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the trace is recorded; left out if it is not known. */
  readonly recorded?: boolean;
}

/** What an alert is about. */
export interface AlertPayloadData {
  /** `open`: it began; `resolved`: it is over. */
  readonly state: 'open' | 'resolved';
  readonly namespace: string;
  /** One sentence for people. */
  readonly text: string;
  readonly job?: string;
  readonly taskQueue?: string;
  readonly run?: AlertPayloadRun;
  readonly error?: { readonly type?: string; readonly message: string };
  /** When it began, ISO 8601. */
  readonly since: string;
  /** When it ended; only of what is resolved. */
  readonly resolved?: string;
  /** Median of the job's last runs. */
  readonly usualMs?: number;
  /** The duration from which on the run is slow. */
  readonly limitMs?: number;
  /** Activities that a slow run waits for. */
  readonly pending?: readonly {
    readonly activity: string;
    readonly attempt: number;
    readonly lastFailure?: string;
    readonly noWorkerOn?: string;
  }[];
  /** Attempts of a chain that is still retried, or of a workflow task. */
  readonly attempts?: number;
  /** Failed runs in a row. */
  readonly failures?: number;
  readonly lastSuccess?: string;
  /** How long a job may be without success. */
  readonly withinMs?: number;
  /** Runs that wait for a worker. */
  readonly waiting?: number;
  /** Several jobs: the first names, and how many there are. */
  readonly jobs?: { readonly names: readonly string[]; readonly count: number };
  /** It was told before. */
  readonly reminder?: true;
  /** The job fails and recovers again and again: told once. */
  readonly flapping?: true;
  /** Why the watcher sees nothing. */
  readonly reason?: string;
  readonly links?: {
    /** The run's trace. */
    readonly trace?: string;
    /** The run in the console. */
    readonly run?: string;
    /** The run in the Temporal Web UI. */
    readonly webUi?: string;
  };
}

/** The body of a message. */
export interface AlertPayload {
  readonly type: AlertType;
  /** When the event was seen, ISO 8601; the same on every attempt to deliver it. */
  readonly timestamp: string;
  readonly data: AlertPayloadData;
}
