/**
 * The body of an alert message: JSON in the format of Standard Webhooks (`type`, `timestamp`, `data`),
 * described by alert.schema.json beside this file. It never contains a run's arguments, memo or result.
 */
import type { JobTrigger } from '../core/search-attributes';
import type { AlertType } from './incident/message';

/** The run that an alert is about. */
export interface AlertPayloadRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  /** What started the run; left out if the run is not bound. */
  readonly trigger?: JobTrigger;
  /** Attempt, from 1. */
  readonly attempt?: number;
  /** Time at which the run was due, ISO 8601. */
  readonly due: string;
  /** Start of the first workflow task, ISO 8601. */
  readonly started?: string;
  readonly closed?: string;
  /** Time from due to close, or to the alert, in milliseconds. */
  readonly elapsedMs: number;
  /** Time from due to the first workflow task, in milliseconds. */
  readonly waitedMs?: number;
  /** Trace ID, 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the run is sampled; left out if that is not known. */
  readonly recorded?: boolean;
}

/** The content of an alert. */
export interface AlertPayloadData {
  /** `open` when the problem began, `resolved` when it is over. */
  readonly state: 'open' | 'resolved';
  readonly namespace: string;
  /** The alert in one sentence. */
  readonly text: string;
  readonly job?: string;
  readonly taskQueue?: string;
  readonly run?: AlertPayloadRun;
  readonly error?: { readonly type?: string; readonly message: string };
  /** Time at which the problem began, ISO 8601. */
  readonly since: string;
  /** Time at which the problem ended, ISO 8601; only if it is resolved. */
  readonly resolved?: string;
  /** Median duration of the job's last runs, in milliseconds. */
  readonly usualMs?: number;
  /** Duration above which the run is slow, in milliseconds. */
  readonly limitMs?: number;
  /** Pending activities of a slow run. */
  readonly pending?: readonly {
    readonly activity: string;
    readonly attempt: number;
    readonly lastFailure?: string;
    readonly noWorkerOn?: string;
  }[];
  /** Number of attempts of a run that is still being retried, or of a workflow task. */
  readonly attempts?: number;
  /** Number of consecutive failed runs. */
  readonly failures?: number;
  readonly lastSuccess?: string;
  /** Time within which the job must succeed again, in milliseconds. */
  readonly withinMs?: number;
  /** Number of runs that wait for a worker. */
  readonly waiting?: number;
  /** The affected jobs: the first names, and the total number. */
  readonly jobs?: { readonly names: readonly string[]; readonly count: number };
  /** Set if the problem was reported before. */
  readonly reminder?: true;
  /** Set if the job keeps failing and recovering; reported once. */
  readonly flapping?: true;
  /** Why alerts cannot be sent. */
  readonly reason?: string;
  readonly links?: {
    /** Address of the run's trace. */
    readonly trace?: string;
    /** Address of the run in the console. */
    readonly run?: string;
    /** Address of the run in the Temporal Web UI. */
    readonly webUi?: string;
  };
}

/** The body of an alert message. */
export interface AlertPayload {
  readonly type: AlertType;
  /** Time at which the event was observed, ISO 8601; the same for every delivery attempt. */
  readonly timestamp: string;
  readonly data: AlertPayloadData;
}
