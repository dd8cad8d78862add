/** The workflow bundles of the variants: the same workflows, differing in nothing but the plugin. */
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { JobTracingPlugin } from 'temporal-job-tracing';
import { officialPlugin } from '../../testing/official-plugin';
import { isOurs, OUR_OPTIONS, type Variant } from './variants';

type BundleKind = 'none' | 'official' | 'all' | 'sampled';
type Plugins = NonNullable<Parameters<typeof bundleWorkflowCode>[0]['plugins']>;
export type Bundles = Readonly<Record<BundleKind, WorkflowBundleWithSourceMap>>;

const WORKFLOWS_PATH = require.resolve('../workflows/jobs');

export async function createBundles(): Promise<Bundles> {
  return {
    none: await bundle(WORKFLOWS_PATH, []),
    official: await bundle(WORKFLOWS_PATH, [officialPlugin()]),
    all: await bundle(WORKFLOWS_PATH, [new JobTracingPlugin({ bind: 'all' })]),
    sampled: await bundle(WORKFLOWS_PATH, [new JobTracingPlugin({ bind: 'sampled' })]),
  };
}

/**
 * @param workflowsPath as `require.resolve` tells it
 * @param preloadModules evaluated once a V8 context, not for every workflow
 */
export function bundle(
  workflowsPath: string,
  plugins: Plugins,
  preloadModules: string[] = [],
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN'), plugins, preloadModules });
}

/** Which bundle a variant's workers have. */
export function bundleKindOf(variant: Variant): BundleKind {
  if (isOurs(variant)) return OUR_OPTIONS[variant].bind;
  return variant === 'official plugin' ? 'official' : 'none';
}
