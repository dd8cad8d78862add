/**
 * What is known of this package's own workflows as the work of a job: some can never be, others have an input that
 * can be checked before anything runs.
 *
 * Pure. Goes by the workflow's type, which is all that a spec has.
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

/** Whether workflows of this type keep jobs going and are not work themselves. */
export function isNoWork(type: string): boolean {
  return NO_WORK.has(type);
}

/** What is wrong with the arguments of a workflow of this package; `undefined` for all other types. Never throws. */
export function argsOfTypeProblem(type: string, args: readonly unknown[] | undefined): string | undefined {
  if (type !== 'httpJob') return undefined;
  const [input, ...more] = args ?? [];
  if (more.length > 0) return `args: httpJob takes one argument, got ${more.length + 1}`;
  const problem = httpJobProblem(input ?? {});
  if (problem === undefined) return undefined;
  return /^[\w.]+: /.test(problem) ? `args[0].${problem}` : `args[0]: ${problem}`;
}
