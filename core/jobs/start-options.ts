/**
 * The start option `job` of a typed client: `client.workflow.start(wf, { …, job: { … } })`.
 */
import { type JobMetadata, nonEmpty } from '../job-metadata';
import { isLaneName, LANE_NAME } from '../lane';
import { isStorable, NAME_EXPECTED } from '../server-limits';
import { defined } from '../util/defined';
import { type DurationText, durationMs, expectedDuration } from '../util/duration';
import { type OptionError, optionError } from '../util/option-error';

/**
 * Start option `job` of `JobClient.start`, and of `client.workflow.start` if the client has
 * `JobTracingPlugin`.
 */
export interface JobStartOptions {
  /** Name of the job. @default the workflow type */
  readonly name?: string;
  /** Whether a person starts the run manually; a manual run is always sampled. @default false */
  readonly runNow?: boolean;
  /** Reason for the manual run, shown on its root span and by `jobInfo()`. @default none */
  readonly reason?: string;
  /**
   * Lane of a gray (canary) release for the run's traffic, sent as baggage entry `traffic.lane`.
   *
   * @default none
   */
  readonly lane?: string;
  /** Whether the run's traffic is a load test, sent as baggage entry `traffic.loadtest`. @default false */
  readonly loadTest?: boolean;
  /**
   * Offset from the time at which a run is due to the time of its data, such as `'-1 day'`; see
   * `jobInfo().dataTime`.
   *
   * @default 0
   */
  readonly dataTimeOffset?: DurationText;
  /** `'own'`: the run has its own trace; `'caller'`: it is part of the caller's trace. @default 'own' */
  readonly trace?: 'own' | 'caller';
}

declare module '@temporalio/client/lib/workflow-options' {
  interface WorkflowOptions {
    /**
     * How the run is traced. Takes effect only if the client has `JobTracingPlugin`; the SDK silently drops
     * it otherwise. `JobClient.start` accepts it on any client.
     */
    job?: JobStartOptions;
  }
}

/**
 * Checks the start option `job` before the run is started.
 *
 * @throws {OptionError} with the option's name, the expectation and the value
 */
export function checkJobStartOptions(job: JobStartOptions): void {
  if (typeof job !== 'object' || job === null) throw startError('job', 'an object', job);
  for (const [name, value] of Object.entries(job)) {
    const known = Object.hasOwn(EXPECTED, name) ? EXPECTED[name as keyof JobStartOptions] : undefined;
    if (known === undefined)
      throw startError(`job.${name}`, `one of ${Object.keys(EXPECTED).join(', ')}`, name);
    if (value === undefined || known.fits(value)) continue;
    const { expected } = known;
    throw startError(`job.${name}`, typeof expected === 'string' ? expected : expected(value), value);
  }
}

interface Expectation {
  readonly expected: string | ((value: unknown) => string);
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isBoolean = (value: unknown) => typeof value === 'boolean';

const EXPECTED: Readonly<Record<keyof JobStartOptions, Expectation>> = {
  name: { expected: `a name of ${NAME_EXPECTED}`, fits: (value) => isText(value) && isStorable(value) },
  runNow: { expected: 'a boolean', fits: isBoolean },
  reason: { expected: 'a string', fits: isText },
  lane: { expected: LANE_NAME, fits: isLaneName },
  loadTest: { expected: 'a boolean', fits: isBoolean },
  dataTimeOffset: {
    expected: (value) => expectedDuration(value, "a duration with its unit, such as '-1 day'"),
    fits: (value) => durationMs(value) !== undefined,
  },
  trace: { expected: "'own' or 'caller'", fits: (value) => value === 'own' || value === 'caller' },
};

/** Returns the job's metadata that the options contain, as the job header has it. */
export function metadataOfStart({
  reason,
  lane,
  loadTest,
  dataTimeOffset,
}: JobStartOptions): JobMetadata | undefined {
  const dataOffsetMs = durationMs(dataTimeOffset);
  return nonEmpty({
    ...(dataOffsetMs && { dataOffsetMs }),
    ...defined({ reason, lane }),
    ...(loadTest && { loadtest: true }),
  });
}

function startError(name: string, expected: string, value: unknown): OptionError {
  return optionError('start options', name, expected, value);
}
