/**
 * Workflow bundles of the tests: each is made once for all processes of a test run, since making one takes seconds.
 *
 * The runner names a folder that belongs to exactly the code that is compiled now (`TEST_BUNDLES`); without it, each
 * process makes its own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** What the option `workflowBundle` of a worker takes; the source map is in the code. */
export interface Bundle {
  readonly code: string;
}

const bundles = new Map<string, Promise<Bundle>>();

/** The bundle that `bundleWorkflowCode` makes with these options. */
export function workflowBundle(options: BundleOptions): Promise<Bundle> {
  const { plugins = [] } = options;
  const configured = plugins.reduce((given, plugin) => plugin.configureBundler?.(given) ?? given, options);
  const { plugins: _applied, logger = new DefaultLogger('WARN'), webpackConfigHook, ...inputs } = configured;
  const bundle = () => bundleWorkflowCode({ ...configured, plugins: [], logger });
  if (options.webpackConfigHook) return bundle();
  const key = createHash('sha256')
    .update(JSON.stringify([inputs, constantsOf(webpackConfigHook)]))
    .digest('hex');
  const known = bundles.get(key) ?? shared(key, bundle);
  bundles.set(key, known);
  return known;
}

async function shared(key: string, bundle: () => Promise<Bundle>): Promise<Bundle> {
  const folder = process.env.TEST_BUNDLES;
  if (!folder) return bundle();
  const file = join(folder, `${key}.js`);
  const code = await readFile(file, 'utf8').catch(() => undefined);
  if (code !== undefined) return { code };
  const made = await bundle();
  // Renamed when it is complete: another process may read it, or make the same.
  const unfinished = join(folder, randomUUID());
  await writeFile(unfinished, made.code);
  await rename(unfinished, file);
  return made;
}

/** The constants that the plugins' hook defines: the options of `JobTracingPlugin`. */
function constantsOf(hook: BundleOptions['webpackConfigHook']): Record<string, string> {
  const constants: Record<string, string> = {};
  class DefinePlugin {
    constructor(definitions: Record<string, string>) {
      Object.assign(constants, definitions);
    }
    apply() {}
  }
  const plugins = (hook?.({}).plugins ?? []) as { apply(compiler: object): void }[];
  for (const plugin of plugins) plugin.apply({ webpack: { DefinePlugin } });
  return constants;
}
