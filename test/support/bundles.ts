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

/** Code of bundles, with placeholders for the values of constants. */
const templates = new Map<string, Promise<string>>();

/**
 * Returns the bundle that `bundleWorkflowCode` builds with these options. Bundles that differ only in the sandbox
 * options of `JobTracingPlugin` are built once: these options are one constant in the code, which is replaced.
 */
export async function workflowBundle(options: BundleOptions): Promise<Bundle> {
  const { plugins = [] } = options;
  const configured = plugins.reduce(
    (current, plugin) => plugin.configureBundler?.(current) ?? current,
    options,
  );
  const { plugins: _applied, logger = new DefaultLogger('WARN'), webpackConfigHook, ...inputs } = configured;
  const build = () => bundleWorkflowCode({ ...configured, plugins: [], logger });
  if (options.webpackConfigHook) return build();
  const constants = Object.entries(constantsOf(webpackConfigHook));
  const key = createHash('sha256')
    .update(JSON.stringify([inputs, constants.map(([name]) => name)]))
    .digest('hex');
  const buildTemplate = async () => {
    const { code } = await build();
    return constants.reduce((text, [name, value]) => replaceOnly(text, value, placeholderOf(name)), code);
  };
  const template = templates.get(key) ?? readOrBuild(key, buildTemplate);
  templates.set(key, template);
  const code = constants.reduce(
    (text, [name, value]) => replaceOnly(text, placeholderOf(name), value),
    await template,
  );
  return { code };
}

/** Returns the string literal that a template contains in place of the value of a constant. */
function placeholderOf(name: string): string {
  return `"value of ${name}"`;
}

/** Replaces the only occurrence of `part`. Throws if there is none, or more than one. */
function replaceOnly(text: string, part: string, replacement: string): string {
  const [before, after, ...others] = text.split(part);
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`expected ${part} once in the bundle`);
  return before + replacement + after;
}

async function readOrBuild(key: string, buildTemplate: () => Promise<string>): Promise<string> {
  const folder = process.env.TEST_BUNDLES;
  if (!folder) return buildTemplate();
  const file = join(folder, `${key}.js`);
  const read = await readFile(file, 'utf8').catch(() => undefined);
  if (read !== undefined) return read;
  const built = await buildTemplate();
  // Renamed when it is complete: another process may read the file, or build the same bundle.
  const incomplete = join(folder, randomUUID());
  await writeFile(incomplete, built);
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
