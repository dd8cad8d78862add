/**
 * The plugin's part of the workflow bundle: adds it when a bundle is made, and tells whether a bundle that was
 * made elsewhere fits this worker.
 */
import { readFile } from 'node:fs/promises';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import { findOptions, type SandboxOptions, toResourceQuery } from '../core/sandbox-options';

/** The options are in its resource query. */
const ENTRY = require.resolve('../sandbox');
/** What the official plugin, and its sandbox part in lists of modules, are called. */
const OFFICIAL = /^OpenTelemetryPlugin$|interceptors-opentelemetry/;
/** Its sandbox part in the code of a bundle. */
const OFFICIAL_IN_BUNDLE = /interceptors-opentelemetry\/lib\/workflow-interceptors/;

/** Bundle options with our modules, once. */
export function addToBundle(options: BundleOptions, sandbox: SandboxOptions): BundleOptions {
  const { plugins = [], workflowInterceptorModules = [], preloadModules = [] } = options;
  if (workflowInterceptorModules.some((module) => module.startsWith(ENTRY))) return options;
  refuseOfficial(plugins, workflowInterceptorModules);
  const entry = ENTRY + toResourceQuery(sandbox);
  return {
    ...options,
    // First: the run must be known before any other interceptor makes a call.
    workflowInterceptorModules: [entry, ...workflowInterceptorModules],
    // Evaluated once and shared by all workflows of a V8 context, with all that it imports of the SDK.
    preloadModules: [...new Set([...preloadModules, entry])],
  };
}

/** @throws {Error} when the official plugin is loaded as well: each call would be two spans in two traces */
export function refuseOfficial(
  plugins: readonly { readonly name: string }[],
  modules: readonly string[],
): void {
  const found = [...plugins.map(({ name }) => name), ...modules].find((name) => OFFICIAL.test(name));
  if (found === undefined) return;
  throw new Error(
    `JobTracingPlugin cannot be used together with @temporalio/interceptors-opentelemetry (found '${found}'): ` +
      'it makes the same spans. Remove OpenTelemetryPlugin and its interceptors from this worker; runs that were ' +
      'begun with it finish with this plugin.',
  );
}

/**
 * What is wrong with a prebuilt bundle for a worker with these options; `undefined` when nothing is.
 *
 * @throws {Error} when the official plugin is in the bundle
 */
export async function bundleProblem(
  bundle: NonNullable<WorkerOptions['workflowBundle']>,
  sandbox: SandboxOptions,
): Promise<string | undefined> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  refuseOfficial([], OFFICIAL_IN_BUNDLE.exec(code) ?? []);
  const compiled = findOptions(code);
  if (compiled === undefined) {
    return (
      'the workflow bundle was made without the plugin, so workflow runs are not traced: ' +
      'call bundleWorkflowCode({ …, plugins: [new JobTracingPlugin(options)] })'
    );
  }
  const names = Object.keys(sandbox) as (keyof SandboxOptions)[];
  const different = names.filter((name) => compiled[name] !== sandbox[name]);
  if (different.length === 0) return undefined;
  const values = different.map(
    (name) => `${name} is ${JSON.stringify(compiled[name])}, not ${JSON.stringify(sandbox[name])}`,
  );
  return (
    `the workflow bundle was made with other options (${values.join(', ')}), which hold for its workflows: ` +
    'make it again with the same options as the worker'
  );
}
