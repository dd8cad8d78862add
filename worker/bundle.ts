/**
 * The plugin's part of the workflow bundle: adds it when a bundle is built, and checks whether a prebuilt
 * bundle fits this worker.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import { encodeOptions, findOptions, type SandboxOptions } from '../core/sandbox-options';

const { name: NAME, version: VERSION } = require('temporal-job-tracing/package.json') as {
  readonly name: string;
  readonly version: string;
};
/**
 * The plugin's module for the bundle, by package name, since a bundler may have moved this code away from its
 * files.
 */
const ENTRY = `${NAME}/workflow-interceptors`;
/** Constant in the plugin's module that the bundler replaces with the options (`sandbox.ts`). */
const CONSTANT = '__JOB_TRACING_OPTIONS__';
/** Matches the name of the official plugin, and of its sandbox part in lists of modules. */
const OFFICIAL = /^OpenTelemetryPlugin$|interceptors-opentelemetry/;
/** Matches the official plugin's sandbox part in the code of a bundle. */
const OFFICIAL_IN_BUNDLE = /interceptors-opentelemetry\/lib\/workflow-interceptors/;

type WebpackConfigHook = NonNullable<BundleOptions['webpackConfigHook']>;

/** Returns the bundle options with the plugin's module, and the options in it, added once. */
export function addToBundle(options: BundleOptions, sandbox: SandboxOptions): BundleOptions {
  const { plugins = [], workflowInterceptorModules = [], preloadModules = [] } = options;
  const path = resolveEntry();
  const isOurs = (module: string) => module.startsWith(path) || module.startsWith(ENTRY);
  if (workflowInterceptorModules.some(isOurs)) return options;
  refuseOfficial(plugins, workflowInterceptorModules);
  return {
    ...options,
    // Added first: the run must be known before any other interceptor makes a call.
    workflowInterceptorModules: [path, ...workflowInterceptorModules],
    // Evaluated once and shared by all workflows of a V8 context, with all that it imports of the SDK.
    preloadModules: [...new Set([...preloadModules, path])],
    webpackConfigHook: withOptions(
      options.webpackConfigHook,
      encodeOptions({ version: VERSION, options: sandbox }),
    ),
  };
}

/**
 * Returns the user's hook with a webpack plugin that writes the encoded options into the plugin's module: a
 * constant occurs once in the bundle, whereas a query of the module's path would be repeated with the path.
 */
function withOptions(users: WebpackConfigHook | undefined, encoded: string): WebpackConfigHook {
  return (config) => {
    const configured = users ? users(config) : config;
    return {
      ...configured,
      plugins: [
        ...(configured.plugins ?? []),
        {
          apply(compiler) {
            new compiler.webpack.DefinePlugin({ [CONSTANT]: JSON.stringify(encoded) }).apply(compiler);
          },
        },
      ],
    };
  };
}

/**
 * Resolves the path of the plugin's module.
 *
 * @throws {Error} if the package's files are missing: a worker bundled into one file needs a prebuilt
 *   workflow bundle
 */
function resolveEntry(): string {
  // In a bundle of ES modules there is no file name: then from the program's folder.
  const here = typeof __filename === 'string' ? __filename : join(process.cwd(), 'worker.js');
  try {
    return createRequire(here).resolve(ENTRY);
  } catch (cause) {
    throw new Error(
      `JobTracingPlugin: ${ENTRY}, which goes into the workflow bundle, is not found from ${here}. Where the worker is ` +
        'bundled, make the workflow bundle before (bundleWorkflowCode({ …, plugins: [new JobTracingPlugin()] })) and pass ' +
        `it as workflowBundle, or mark ${NAME} as external and install it beside the worker`,
      { cause },
    );
  }
}

/**
 * Refuses the official plugin.
 *
 * @throws {Error} if it is loaded as well: each call would have two spans in two traces
 */
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
 * Returns the problem of a prebuilt bundle for a worker with these options; `undefined` if there is none.
 *
 * @throws {Error} if the official plugin is in the bundle
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
  const { version, options } = compiled;
  const names = Object.keys(sandbox) as (keyof SandboxOptions)[];
  const different = names.filter((name) => options[name] !== sandbox[name]);
  const problems = [
    version !== VERSION && `with ${NAME} ${version}, not ${VERSION}, which the worker has`,
    different.length > 0 &&
      `with other options (${different.map(describe).join(', ')}), which hold for its workflows`,
  ].filter((problem) => problem !== false);
  if (problems.length === 0) return undefined;
  return `the workflow bundle was made ${problems.join('; and ')}: make it again with the version and the options of the worker`;

  /** Returns both values of an option in words. */
  function describe(name: keyof SandboxOptions): string {
    return `${name} is ${JSON.stringify(options[name])}, not ${JSON.stringify(sandbox[name])}`;
  }
}
