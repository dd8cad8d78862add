/**
 * The search attributes of a bound run: names, types and values.
 *
 * Pure, used by the sandbox, the worker and the client alike. The names are a contract with every
 * namespace that has them registered and with every saved query: they never change.
 */

export type SearchAttributeName = 'TraceId' | 'JobName' | 'JobTrigger' | 'JobRunId' | 'TraceSampled';

/** Custom search attributes that the plugin binds to runs, with the type each must have in the namespace. */
export const SEARCH_ATTRIBUTES = Object.freeze({
  /** Trace ID, 32 lower-case hex digits (W3C trace-id). */
  TraceId: 'KEYWORD',
  /** Name of the job: the workflow type, unless the start gives a name. */
  JobName: 'KEYWORD',
  /** What started the run: a {@link JobTrigger}. */
  JobTrigger: 'KEYWORD',
  /** Run id of the job's run: the run itself, or for a child or a shard the run that it belongs to. */
  JobRunId: 'KEYWORD',
  /** Whether the run is sampled. */
  TraceSampled: 'BOOL',
} as const satisfies Record<SearchAttributeName, 'KEYWORD' | 'BOOL'>);

/**
 * What started a run: a cron tick, a Temporal Schedule, a person, a plain start through the API, the retry
 * policy, or a parent workflow (`shard` of a MapReduce run, else `child`).
 */
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

/** Returns the trigger that an untrusted value names; `undefined` for any other value. Never throws. */
export function triggerOf(value: unknown): JobTrigger | undefined {
  return TRIGGERS.find((trigger) => trigger === value);
}

/** Whether an untrusted value names a trigger. Never throws. */
export function isTrigger(value: unknown): value is JobTrigger {
  return triggerOf(value) !== undefined;
}

/** Memo key with which a start can name the job where the search attributes are not registered. */
export const JOB_NAME_MEMO = 'jobName';

/** Memo key of a shard's index, count and label, readable while the shard runs. */
export const SHARD_MEMO = 'jobShard';
