/**
 * Entry of the workflow bundle: the module that {@link JobTracingPlugin} adds to the bundle's interceptors.
 *
 * Sandbox code, loaded once per V8 context and frozen (`preloadModules`), so it must hold no state.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { DEFAULT_SANDBOX_OPTIONS, findOptions } from './core/sandbox-options';
import { createInterceptors } from './interceptors/sandbox';

/**
 * The encoded options: {@link JobTracingPlugin} has the bundler put a literal here. Not defined in a bundle
 * that is made by hand, which has the default options.
 */
declare const __JOB_TRACING_OPTIONS__: string | undefined;

const compiled =
  typeof __JOB_TRACING_OPTIONS__ === 'string' ? findOptions(__JOB_TRACING_OPTIONS__) : undefined;
const options = compiled?.options ?? DEFAULT_SANDBOX_OPTIONS;

/** Returns the interceptors of one workflow execution; called by the SDK. */
export function interceptors(): WorkflowInterceptors {
  return createInterceptors(options);
}
