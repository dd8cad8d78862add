/**
 * Checks of this package's own workflows as the work of a job: some cannot be one, and the input of others can be
 * checked before anything runs.
 *
 * Pure. Depends on the workflow type only, since a spec has nothing else.
 */
import { httpJobProblem } from '../http/problems';
import { JOB_TICK, SCHEDULED_JOB } from './names';

/** Types of the workflows that keep jobs, batches and alerts going. */
const NO_WORK: ReadonlySet<string> = new Set([
  SCHEDULED_JOB,
  JOB_TICK,
  'mapReduceBranch',
  'jobWatcher',
  'jobAlert',
  'jobAlertGroup',
]);

/** Whether workflows of this type keep jobs going and are not themselves the work of a job. */
export function isNoWork(type: string): boolean {
  return NO_WORK.has(type);
}

/**
 * Returns the problem with the arguments of a workflow of this package; `undefined` if there is none, and for all
 * other types. Never throws.
 */
export function argsOfTypeProblem(type: string, args: readonly unknown[] | undefined): string | undefined {
  if (type !== 'httpJob') return undefined;
  const [input, ...more] = args ?? [];
  if (more.length > 0) return `args: httpJob takes one argument, got ${more.length + 1}`;
  const problem = httpJobProblem(input ?? {});
  if (problem === undefined) return undefined;
  return /^[\w.]+: /.test(problem) ? `args[0].${problem}` : `args[0]: ${problem}`;
}
