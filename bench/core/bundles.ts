/** The workflow bundles of the variants: the same workflows, with different plugins. */
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { officialPlugin } from '../../testing/official-plugin';
import { isOurs, OUR_OPTIONS, type Variant } from './variants';

type BundleKind = 'none' | 'official' | 'all' | 'sampled';
type Plugins = NonNullable<Parameters<typeof bundleWorkflowCode>[0]['plugins']>;
/** Workflow bundles by plugin: none, the official one, or ours with `bind: 'all'` or `'sampled'`. */
export type Bundles = Readonly<Record<BundleKind, WorkflowBundleWithSourceMap>>;

const WORKFLOWS_PATH = require.resolve('../workflows/jobs');

/** Creates the bundles of all variants. */
export async function createBundles(): Promise<Bundles> {
  return {
    none: await bundle(WORKFLOWS_PATH, []),
    official: await bundle(WORKFLOWS_PATH, [officialPlugin()]),
    all: await bundle(WORKFLOWS_PATH, [new JobTracingPlugin({ bind: 'all' })]),
    sampled: await bundle(WORKFLOWS_PATH, [new JobTracingPlugin({ bind: 'sampled' })]),
  };
}

/**
 * Creates a workflow bundle.
 *
 * @param workflowsPath absolute path
 * @param preloadModules modules that are evaluated once for each V8 context instead of for every workflow
 */
export function bundle(
  workflowsPath: string,
  plugins: Plugins,
  preloadModules: string[] = [],
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN'), plugins, preloadModules });
}

/** Returns the kind of bundle for a variant's workers. */
export function bundleKindOf(variant: Variant): BundleKind {
  if (isOurs(variant)) return OUR_OPTIONS[variant].bind;
  return variant === 'official plugin' ? 'official' : 'none';
}
