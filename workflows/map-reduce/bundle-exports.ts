/**
 * What the workflow bundle exports: branches run what the caller names, so it must be there by name.
 *
 * Sandbox code. A missing export fails the run at once, with what to write, and not a child for ever.
 */
import { bundleExports } from '../../interceptors/sandbox/sdk-internals';
import { mapReduceError } from './options';

type Exported = (...args: never[]) => unknown;

/** The name under which the bundle exports the function. @throws ApplicationFailure if it does not */
export function exportedName(what: string, fn: Exported): string {
  const found = Object.entries(bundle()).find(([, value]) => value === fn);
  if (found) return found[0];
  throw mapReduceError(
    `option '${what}': the function ${fn.name || 'without a name'} is not exported by the workflow bundle, where ` +
      'it runs. Write `export` before it in the file that is given as workflowsPath, or re-export it there',
  );
}

/** The function that the bundle exports under this name. @throws ApplicationFailure if there is none */
export function exportedFunction<T extends Exported>(name: string): T {
  const fn = bundle()[name];
  if (typeof fn === 'function') return fn as unknown as T;
  throw mapReduceError(`the workflow bundle of this worker exports no function ${name}, which the run needs`);
}

/** @throws ApplicationFailure if the bundle lacks the branch workflow */
export function checkBranchIsExported(name: string): void {
  if (typeof bundle()[name] === 'function') return;
  throw mapReduceError(
    `the workflow bundle does not export ${name}, which runs the shards. Write ` +
      `\`export { ${name} } from 'temporal-job-tracing/workflows';\` in the file that is given as workflowsPath`,
  );
}

function bundle(): Record<string, Exported> {
  const exported = bundleExports();
  if (exported) return exported as Record<string, Exported>;
  throw mapReduceError(
    'this version of the Temporal SDK does not list what the workflow bundle exports (__TEMPORAL__.importWorkflows). ' +
      'Install a version of temporal-job-tracing that supports it',
  );
}
