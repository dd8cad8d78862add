/**
 * Entry of the workflow bundle: the module that {@link JobTracingPlugin} adds to the bundle's interceptors. A
 * short path, since the bundle repeats it about ten times.
 *
 * Sandbox code, loaded once per V8 context and frozen (`preloadModules`), so it must hold no state. The
 * options are compiled into the bundle as this module's resource query.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { DEFAULT_SANDBOX_OPTIONS, findOptions } from './core/sandbox-options';
import { createInterceptors } from './interceptors/sandbox';

/** Set by webpack: the query of the path under which this module was added to the bundle. */
declare const __resourceQuery: string | undefined;

const options =
  findOptions(typeof __resourceQuery === 'string' ? __resourceQuery : '') ?? DEFAULT_SANDBOX_OPTIONS;

/** Returns the interceptors of one workflow execution; called by the SDK. */
export function interceptors(): WorkflowInterceptors {
  return createInterceptors(options);
}
