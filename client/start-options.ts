/**
 * What a typed client can say about a run when it starts it: `client.workflow.start(wf, { …, job: { … } })`.
 */
import { inspect } from 'node:util';

/** Start option `job`, understood where the client has `JobTracingPlugin`. */
export interface JobStartOptions {
  /** Name of the job. @default the workflow type */
  readonly name?: string;
  /** A run that a person starts by hand: it is always recorded. @default false */
  readonly runNow?: boolean;
  /** `'caller'`: the run goes on in the caller's trace instead of one of its own. @default 'own' */
  readonly trace?: 'own' | 'caller';
}

declare module '@temporalio/client/lib/workflow-options' {
  interface WorkflowOptions {
    /** How the run is traced; needs `JobTracingPlugin` on the client. */
    job?: JobStartOptions;
  }
}

/**
 * Checks the option where the run is started.
 *
 * @throws {TypeError} with the option's name, what was expected and what was given
 */
export function checkJobStartOptions(job: JobStartOptions): void {
  if (typeof job !== 'object' || job === null) throw startError('job', 'an object', job);
  const { name, runNow, trace, ...unknown } = job;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw startError(`job.${other}`, "only 'name', 'runNow' and 'trace'", other);
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw startError('job.name', 'a name', name);
  if (runNow !== undefined && typeof runNow !== 'boolean')
    throw startError('job.runNow', 'a boolean', runNow);
  if (trace !== undefined && trace !== 'own' && trace !== 'caller') {
    throw startError('job.trace', "'own' or 'caller'", trace);
  }
}

function startError(name: string, expected: string, value: unknown): TypeError {
  const given = inspect(value, { depth: 1, maxStringLength: 80, breakLength: Number.POSITIVE_INFINITY });
  return new TypeError(`start option '${name}': expected ${expected}, got ${given} (${typeof value})`);
}
