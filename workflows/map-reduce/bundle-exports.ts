/**
 * The exports of the workflow bundle. Branches find the functions that a caller passes to `mapReduce` by their
 * exported names.
 *
 * Sandbox code. A missing export fails the run at once, with the line to add; otherwise it would fail the workflow
 * tasks of a child forever.
 */
import { bundleExports } from '../../interceptors/sandbox/sdk-internals';
import { mapReduceError } from './options';

type Exported = (...args: never[]) => unknown;

/**
 * Returns the name under which the bundle exports a function.
 *
 * @param option option of `mapReduce` whose value is the function
 * @throws {ApplicationFailure} `MapReduceOptionError` if the bundle does not export it
 */
export function exportedName(option: string, fn: Exported): string {
  const found = Object.entries(bundle()).find(([, value]) => value === fn);
  if (found) return found[0];
  throw mapReduceError(
    `option '${option}': the function ${fn.name || 'without a name'} is not exported by the workflow bundle, where ` +
      'it runs. Write `export` before it in the file at workflowsPath, or re-export it there',
  );
}

/**
 * Returns the function that the bundle exports under a name.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` if there is none
 */
export function exportedFunction<T extends Exported>(name: string): T {
  const fn = bundle()[name];
  if (typeof fn === 'function') return fn as unknown as T;
  throw mapReduceError(
    `the workflow bundle of this worker does not export the function ${name}, which the run needs`,
  );
}

/**
 * Checks that the bundle exports the branch workflow.
 *
 * @throws {ApplicationFailure} `MapReduceOptionError` if it does not
 */
export function checkBranchIsExported(name: string): void {
  if (typeof bundle()[name] === 'function') return;
  throw mapReduceError(
    `the workflow bundle does not export ${name}, which runs the shards. Write ` +
      `\`export { ${name} } from 'temporal-job-tracing/workflows';\` in the file at workflowsPath`,
  );
}

function bundle(): Record<string, Exported> {
  const exported = bundleExports();
  if (exported) return exported as Record<string, Exported>;
  throw mapReduceError(
    'this version of the Temporal SDK does not list the exports of the workflow bundle (__TEMPORAL__.importWorkflows). ' +
      'Install a version of temporal-job-tracing that supports it',
  );
}
