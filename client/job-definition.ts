/**
 * The definition of a scheduled job in code: typed by the user's workflows, and checked before anything is
 * sent.
 */
import { type ScheduledJobSpec, show, specProblem } from '../core/jobs/spec';
import { isStorable, NAME_EXPECTED } from '../core/server-limits';
import { jobError } from './job-error';

/** Names of the workflow types that a workflows module exports. */
export type WorkflowTypes<Workflows> = {
  [Name in keyof Workflows & string]: Workflows[Name] extends (...args: never[]) => Promise<unknown>
    ? Name
    : never;
}[keyof Workflows & string];

/** Argument tuple of a workflow function. */
export type ArgsOf<Workflow> = Workflow extends (...args: infer Args) => unknown ? Readonly<Args> : never;

/** A {@link ScheduledJobSpec} whose `args` have the types of the workflow's parameters. */
export type JobDefinition<Workflows, Type extends keyof Workflows & string> = Omit<
  ScheduledJobSpec,
  'workflow' | 'args'
> & { readonly workflow: Type } & ([] extends ArgsOf<Workflows[Type]>
    ? { readonly args?: ArgsOf<Workflows[Type]> }
    : { readonly args: ArgsOf<Workflows[Type]> });

/**
 * Checks a job's spec and task queue.
 *
 * @throws {ScheduledJobError} `invalid`, which names the problem
 */
export function checkDefinition(job: string, spec: unknown, taskQueue: unknown): void {
  const problem =
    idProblem(job) ??
    specProblem(spec) ??
    argsProblem((spec as ScheduledJobSpec).args) ??
    (typeof taskQueue === 'string' && taskQueue.trim() !== ''
      ? undefined
      : `taskQueue: expected the task queue of the workers that run scheduledJob, got ${String(taskQueue)}`);
  if (problem !== undefined) throw jobError(String(job), 'invalid', problem);
}

function idProblem(job: unknown): string | undefined {
  if (typeof job !== 'string' || job.trim() === '') return 'expected a non-empty string as its id';
  return isStorable(job) ? undefined : `expected ${NAME_EXPECTED} as its id, got ${show(job)}`;
}

/** Returns why the arguments cannot be sent; `undefined` if they can. */
export function argsProblem(args: readonly unknown[] | undefined): string | undefined {
  return lostIn(args, 'args', []);
}

/** Returns which part of the value JSON would silently drop, or could not serialize since it is circular. */
function lostIn(value: unknown, path: string, above: readonly unknown[]): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol')
    return `${path}: expected a value that JSON can represent, got a ${typeof value}`;
  if (typeof value === 'bigint')
    return `${path}: expected a value that JSON can represent, got a bigint; send it as a string`;
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map || value instanceof Set)
    return `${path}: expected a value that JSON can represent, got a ${value.constructor.name}; send its entries`;
  if (above.includes(value))
    return `${path}: expected a value that JSON can represent, got a circular object`;
  for (const [key, inner] of Object.entries(value)) {
    const inside = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const lost = lostIn(inner, inside, [...above, value]);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
