/**
 * The search attributes of a bound run: names, types and values.
 *
 * Pure, used by the sandbox, the worker and the client alike. The names are a contract with every
 * namespace that has them registered and with every saved query: they never change.
 */

export type SearchAttributeName = 'TraceId' | 'JobName' | 'JobTrigger' | 'JobRunId' | 'TraceSampled';

/** Custom search attributes that the plugin binds to runs, with the type each must have in the namespace. */
export const SEARCH_ATTRIBUTES = Object.freeze({
  /** 32 lower-case hex digits, W3C trace-id. */
  TraceId: 'KEYWORD',
  /** Name of the job: the workflow type unless the starter gives one. */
  JobName: 'KEYWORD',
  /** What started the run, see {@link JobTrigger}. */
  JobTrigger: 'KEYWORD',
  /** On children and shards: run id of the job run they belong to. */
  JobRunId: 'KEYWORD',
  /** Whether the run's trace is recorded. */
  TraceSampled: 'BOOL',
} as const satisfies Record<SearchAttributeName, 'KEYWORD' | 'BOOL'>);

/** What started a run. */
export type JobTrigger = 'cron' | 'schedule' | 'manual' | 'api' | 'retry' | 'shard' | 'child';

const TRIGGERS = Object.keys({
  cron: true,
  schedule: true,
  manual: true,
  api: true,
  retry: true,
  shard: true,
  child: true,
} satisfies Record<JobTrigger, true>) as readonly JobTrigger[];

/** The trigger that a value of foreign origin names. Never throws. */
export function triggerOf(value: unknown): JobTrigger | undefined {
  return TRIGGERS.find((trigger) => trigger === value);
}

/** Whether a value of foreign origin names a trigger. Never throws. */
export function isTrigger(value: unknown): value is JobTrigger {
  return triggerOf(value) !== undefined;
}

/** Memo key under which a starter without registered search attributes can name the job. */
export const JOB_NAME_MEMO = 'jobName';

/** Memo key of a shard: which one it is, readable while it runs. */
export const SHARD_MEMO = 'jobShard';
