/**
 * What a typed client can say about a run when it starts it: `client.workflow.start(wf, { …, job: { … } })`.
 */
import { type JobFacts, someFacts } from '../job-facts';
import { isLaneName, LANE_NAME } from '../lane';
import { isStorable, NAME_EXPECTED } from '../server-limits';
import { type DurationText, durationMs, expectedDuration } from '../util/duration';
import { type OptionError, optionError } from '../util/option-error';

/** Start option `job`: of `JobClient.start`, and of `client.workflow.start` where the client has `JobTracingPlugin`. */
export interface JobStartOptions {
  /** Name of the job. @default the workflow type */
  readonly name?: string;
  /** A run that a person starts by hand: it is always recorded. @default false */
  readonly runNow?: boolean;
  /** Why it is started by hand; shown on the run's root span and by `jobInfo()`. @default none */
  readonly reason?: string;
  /** Gray release: the lane that the run's traffic takes, as the baggage entry `traffic.lane`. @default none */
  readonly lane?: string;
  /** Marks the run's traffic as a load test, as the baggage entry `traffic.loadtest`. @default false */
  readonly loadtest?: boolean;
  /**
   * From the time at which a run is due to the time of its data, such as `'-1 day'`; see `jobInfo().dataTime`.
   *
   * @default 0
   */
  readonly dataTimeOffset?: DurationText;
  /** `'caller'`: the run goes on in the caller's trace instead of one of its own. @default 'own' */
  readonly trace?: 'own' | 'caller';
}

declare module '@temporalio/client/lib/workflow-options' {
  interface WorkflowOptions {
    /**
     * How the run is traced. Understood only where the client has `JobTracingPlugin`; elsewhere it is ignored, and nothing
     * can warn: the SDK drops options that it does not know. `JobClient.start` takes it on any client.
     */
    job?: JobStartOptions;
  }
}

/**
 * Checks the option where the run is started.
 *
 * @throws {OptionError} with the option's name, what was expected and what was given
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
  loadtest: { expected: 'a boolean', fits: isBoolean },
  dataTimeOffset: {
    expected: (value) => expectedDuration(value, "a duration with its unit, such as '-1 day'"),
    fits: (value) => durationMs(value) !== undefined,
  },
  trace: { expected: "'own' or 'caller'", fits: (value) => value === 'own' || value === 'caller' },
};

/** What the options say of the job, as it travels with its runs. */
export function factsOfStart({
  reason,
  lane,
  loadtest,
  dataTimeOffset,
}: JobStartOptions): JobFacts | undefined {
  const dataOffsetMs = durationMs(dataTimeOffset);
  return someFacts({
    ...(dataOffsetMs && { dataOffsetMs }),
    ...(reason !== undefined && { reason }),
    ...(lane !== undefined && { lane }),
    ...(loadtest && { loadtest }),
  });
}

function startError(name: string, expected: string, value: unknown): OptionError {
  return optionError('start options', name, expected, value);
}
