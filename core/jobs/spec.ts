/**
 * The spec of a scheduled job, which is the input of `scheduledJob`, and its check.
 *
 * The same check runs in the typed client before anything is sent, and on the worker for jobs started
 * with the CLI. A spec that passes it reaches workflow commands, where a bad value would leave the job stuck
 * forever.
 */
import { compileRetryPolicy, type RetryPolicy } from '@temporalio/common';
import { isLaneName, LANE_NAME } from '../lane';
import { bothKeysProblem, withWireKey } from '../load-test';
import { isStorable, NAME_EXPECTED } from '../server-limits';
import { type DurationText, durationMs, expectedDuration, type JobRetryPolicy } from '../util/duration';
import { isObject } from '../util/untrusted';
import { checkTimeZone, parseCron } from './cron-expression';
import { nextTickMs } from './cron-time';
import { JOB_TICK } from './names';
import { argsOfTypeProblem, isNoWork } from './own-workflows';

/** The lane of a gray (canary) release: its name, its share of the job's runs, and their workers. */
export interface JobLane {
  readonly name: string;
  /** Share of the job's runs in the lane, from 0 to 1. @default 1 */
  readonly share?: number;
  /** Task queue of the runs in the lane. @default the task queue of the job's other runs */
  readonly taskQueue?: string;
}

/** Spec of a scheduled job: the workflow to run, when, and how. */
export interface ScheduledJobSpec {
  /** Workflow type of the job's runs. */
  readonly workflow: string;
  /**
   * Cron expression: five fields, a name such as `@daily`, or `@every 90s`, each with an optional prefix such
   * as `CRON_TZ=Europe/Berlin `.
   *
   * @default none: the job only has manual runs
   */
  readonly cron?: string;
  /** IANA time zone of the cron expression, such as `Europe/Berlin`; not with `@every`. @default UTC */
  readonly timeZone?: string;
  /** Arguments of the job's runs. @default none */
  readonly args?: readonly unknown[];
  /** Task queue of the job's runs. @default the task queue of `scheduledJob` */
  readonly taskQueue?: string;
  /** Name of the job. @default the workflow id of `scheduledJob` */
  readonly name?: string;
  /**
   * Retry policy of a failed run; the next tick waits until its last attempt has ended.
   *
   * @default no retries
   */
  readonly retry?: JobRetryPolicy;
  /** How long a run may take, including all its attempts. @default no limit */
  readonly timeout?: DurationText;
  /** Whether a manual run may start while another run of the job is in progress. @default 'overlap' */
  readonly manualRuns?: 'overlap' | 'refuse';
  /**
   * Whether the job is paused: it does not tick until it is resumed; manual runs still start.
   *
   * @default false
   */
  readonly paused?: boolean;
  /** Offset from the time at which a run is due to the time of its data, such as `'-1 day'`. @default 0 */
  readonly dataTimeOffset?: DurationText;
  /** Lane of a gray (canary) release for the runs' traffic; a string puts every run in it. @default none */
  readonly lane?: string | JobLane;
  /** Whether the runs' traffic is a load test; `loadtest` in JSON. @default false */
  readonly loadTest?: boolean;
}

/** Changes to a {@link ScheduledJobSpec}: keys that are left out stay as they are, `null` removes a key. */
export type ScheduledJobChange = { readonly [Key in keyof ScheduledJobSpec]?: ScheduledJobSpec[Key] | null };

const EXAMPLE = '{"workflow":"nightlyReport","cron":"0 2 * * *"}';

type Check = (value: unknown) => string | undefined;

const text: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : 'expected a non-empty string';
/** Checks a name: it becomes a search attribute, a workflow type or a task queue. */
const name: Check = (value) =>
  text(value) ?? (isStorable(String(value)) ? undefined : `expected a string of ${NAME_EXPECTED}`);
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'expected a boolean');
/** Longest duration, in milliseconds: 100 years; the server supports none that is longer. */
const MAX_MS = 100 * 366 * 86_400_000;
const duration =
  (min: number, expected: string): Check =>
  (value) => {
    const ms = durationMs(value);
    return ms !== undefined && ms >= min && ms <= MAX_MS
      ? undefined
      : `expected ${expectedDuration(value, expected)}`;
  };

const CHECKS: Readonly<Record<keyof ScheduledJobSpec, Check>> = {
  workflow: (value) => (text(value) ? 'expected the type of the workflow that does the work' : name(value)),
  cron: (value) => text(value) ?? thrownBy(() => parseCron(String(value).trim())),
  timeZone: (value) => text(value) ?? thrownBy(() => checkTimeZone(String(value))),
  args: (value) => (Array.isArray(value) ? undefined : 'expected an array, one entry for each argument'),
  taskQueue: name,
  name,
  retry: retryProblem,
  timeout: duration(1, "a duration above 0, as in '2 hours'"),
  manualRuns: (value) =>
    value === 'overlap' || value === 'refuse' ? undefined : "expected 'overlap' or 'refuse'",
  paused: flag,
  dataTimeOffset: duration(-MAX_MS, "a duration, as in '-1 day'"),
  lane: laneProblem,
  loadTest: flag,
};
const JSON_CHECKS: Readonly<Record<string, Check>> = withWireKey(CHECKS);

/**
 * Returns the problem with a spec; `undefined` if there is none. Never throws.
 *
 * @param types workflow types that the worker has; left out where they are not known
 */
export function specProblem(value: unknown, types?: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `expected an object as in ${EXAMPLE}, got ${show(value)}`;
  const bothKeys = bothKeysProblem(value);
  if (bothKeys !== undefined) return bothKeys;
  const spec: Record<string, unknown> = { workflow: undefined, ...withWireKey(value) };
  for (const [key, member] of Object.entries(spec)) {
    const check = Object.hasOwn(JSON_CHECKS, key) ? JSON_CHECKS[key] : undefined;
    if (check === undefined)
      return `${key}: there is no such key; expected one of ${Object.keys(JSON_CHECKS).join(', ')}`;
    const problem = member === undefined && key !== 'workflow' ? undefined : check(member);
    if (problem !== undefined) return `${key}: ${problem}, got ${show(member)}`;
  }
  return togetherProblem(spec as unknown as ScheduledJobSpec, types);
}

/** Returns the problem with a combination of valid values; `undefined` if there is none. */
function togetherProblem(spec: ScheduledJobSpec, types: readonly string[] | undefined): string | undefined {
  const { workflow, cron = '', timeZone, taskQueue, args } = spec;
  if (isNoWork(workflow))
    return `workflow: expected the type of the workflow that does the work, which ${workflow} does not, got ${show(workflow)}`;
  if (timeZone !== undefined && /TZ=/.test(cron))
    return `timeZone: the cron expression ${show(cron)} has a time zone already; leave out one of them`;
  if (timeZone !== undefined && cron.includes('@every'))
    return `timeZone: ${show(cron)} does not depend on a time zone; leave it out`;
  if (cron !== '' && nextTickMs(cronOf(spec) ?? '', Date.now()) === undefined)
    return `cron: ${show(cron)} never ticks; expected a date that exists`;
  return argsOfTypeProblem(workflow, args) ?? (types && typeProblem(workflow, taskQueue, types));
}

function typeProblem(workflow: string, taskQueue: string | undefined, types: readonly string[]) {
  if (!types.includes(JOB_TICK))
    return (
      'the worker has no workflow of type jobTick; write export { jobTick, scheduledJob } from ' +
      "'temporal-job-tracing/workflows' in its workflows"
    );
  if (taskQueue !== undefined || types.includes(workflow)) return undefined;
  const known = types.filter((type) => !isNoWork(type)).join(', ');
  return (
    `workflow: the worker has no workflow of type ${show(workflow)}, only ${known || 'none'}; export it from ` +
    'the workflows of this task queue, or name its own with "taskQueue"'
  );
}

/**
 * Returns the cron expression for the server, with its time zone; `undefined` for a job that does not tick.
 */
export function cronOf({ cron, timeZone }: ScheduledJobSpec): string | undefined {
  const expression = cron?.trim();
  return expression && timeZone !== undefined ? `CRON_TZ=${timeZone} ${expression}` : expression;
}

/** Returns the spec with the changes applied, as it is stored. */
export function changed(spec: ScheduledJobSpec, change: ScheduledJobChange): ScheduledJobSpec {
  const merged = { ...withWireKey(spec), ...withWireKey(change) };
  const entries = Object.entries(merged).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as unknown as ScheduledJobSpec;
}

/** Returns a value as errors show it. */
export function show(value: unknown): string {
  try {
    const shown = typeof value === 'function' ? undefined : JSON.stringify(value);
    return shown === undefined ? `a ${typeof value}` : shown.slice(0, 200);
  } catch {
    return `a ${typeof value}`;
  }
}

const MAX_INT32 = 2_147_483_647;
const interval = duration(1, "a duration above 0, as in '10 seconds'");

const RETRY_CHECKS: Readonly<Record<keyof RetryPolicy, Check>> = {
  backoffCoefficient: (value) =>
    typeof value === 'number' && value >= 1 ? undefined : 'expected a number from 1',
  initialInterval: interval,
  maximumAttempts: (value) =>
    Number.isInteger(value) && isBetween(value, 1, MAX_INT32)
      ? undefined
      : `expected an integer from 1 to ${MAX_INT32}`,
  maximumInterval: interval,
  nonRetryableErrorTypes: (value) =>
    Array.isArray(value) && value.every((type) => typeof type === 'string')
      ? undefined
      : 'expected an array of strings',
};

function retryProblem(value: unknown): string | undefined {
  return objectProblem(value, RETRY_CHECKS) ?? thrownBy(() => compileRetryPolicy(value as RetryPolicy));
}

const laneName: Check = (value) => (isLaneName(value) ? undefined : `expected ${LANE_NAME}`);

const LANE_CHECKS: Readonly<Record<keyof JobLane, Check>> = {
  name: laneName,
  share: (value) => (isBetween(value, 0, 1) ? undefined : 'expected a share from 0 to 1'),
  taskQueue: name,
};

function laneProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return laneName(value);
  const problem = objectProblem(value, LANE_CHECKS);
  if (problem !== undefined || (value as Partial<JobLane>).name !== undefined) return problem;
  return 'its name is missing; write "gray" or {"name":"gray","share":0.1}';
}

function objectProblem(value: unknown, checks: Readonly<Record<string, Check>>): string | undefined {
  const keys = Object.keys(checks).join(', ');
  if (!isObject(value)) return `expected an object with some of ${keys}`;
  for (const [key, member] of Object.entries(value)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) return `there is no key ${show(key)}; expected some of ${keys}`;
    const problem = member === undefined ? undefined : check(member);
    if (problem !== undefined) return `${key}: ${problem}`;
  }
  return undefined;
}

function isBetween(value: unknown, from: number, to: number): boolean {
  return typeof value === 'number' && value >= from && value <= to;
}

function thrownBy(fn: () => unknown): string | undefined {
  try {
    fn();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
