/**
 * Workflow bundles. Building one takes seconds, so each is built once for all processes of a test run.
 *
 * `scripts/test.mjs` sets `TEST_BUNDLES` to a folder for exactly the code that is compiled now; without it, each
 * process builds its own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** A value of the worker option `workflowBundle`; the code contains its source map. */
export interface Bundle {
  readonly code: string;
}

const bundles = new Map<string, Promise<Bundle>>();

/** Returns the bundle that `bundleWorkflowCode` builds with these options. */
export function workflowBundle(options: BundleOptions): Promise<Bundle> {
  const { plugins = [] } = options;
  const configured = plugins.reduce(
    (current, plugin) => plugin.configureBundler?.(current) ?? current,
    options,
  );
  const { plugins: _applied, logger = new DefaultLogger('WARN'), webpackConfigHook, ...inputs } = configured;
  const build = () => bundleWorkflowCode({ ...configured, plugins: [], logger });
  if (options.webpackConfigHook) return build();
  const key = createHash('sha256')
    .update(JSON.stringify([inputs, constantsOf(webpackConfigHook)]))
    .digest('hex');
  const bundle = bundles.get(key) ?? readOrBuild(key, build);
  bundles.set(key, bundle);
  return bundle;
}

async function readOrBuild(key: string, build: () => Promise<Bundle>): Promise<Bundle> {
  const folder = process.env.TEST_BUNDLES;
  if (!folder) return build();
  const file = join(folder, `${key}.js`);
  const code = await readFile(file, 'utf8').catch(() => undefined);
  if (code !== undefined) return { code };
  const built = await build();
  // Renamed when it is complete: another process may read the file, or build the same bundle.
  const incomplete = join(folder, randomUUID());
  await writeFile(incomplete, built.code);
  await rename(incomplete, file);
  return built;
}

/** Returns the constants that the plugins' webpack hook defines: the sandbox options of `JobTracingPlugin`. */
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
